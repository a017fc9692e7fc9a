#include "cow/diagnostics/forecast_bill.h"

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace cow::alsan {
namespace {

ForecastBill sample() {
  ForecastBill bill;
  bill.lines = {{{"main", "examples/tour.cc", 48}, 3, 4096}, {{"", "", 0}, 1, 8}};
  bill.changed_reads = {{{"show", "examples/tour.cc", 52}, {"main", "examples/tour.cc", 48}, 2, 6}};
  bill.deferred_copies = 2;
  bill.deferred_bytes = 192;
  bill.peak_bytes = 5000;
  bill.peak_bytes_now = 4000;
  return bill;
}

TEST(ForecastBillTest, AddsUp) {
  EXPECT_EQ(sample().detaches(), 4);
  EXPECT_EQ(sample().bytes(), 4104);
  EXPECT_EQ(sample().reads(), 2);
}

TEST(ForecastBillTest, Text) {
  EXPECT_EQ(forecast_text(sample(), 7),
            R"(=================================================================
==7==AliasSanitizer: what mode=cow would cost
DETACHES    BYTES COPIED  WRITTEN AT
       3            4096  examples/tour.cc:48 in main
       1               8  an unknown place
Copied at writes: 4 detaches of 4104 bytes at 2 lines
Not copied by copy(): 2 copies of 192 bytes
Peak memory of arrays: 5000 bytes instead of 4000
   READS  THAT WOULD GIVE ANOTHER RESULT
       2  examples/tour.cc:52 in show, of what was written at examples/tour.cc:48
SUMMARY: AliasSanitizer: forecast: 4 detaches of 4104 bytes at 2 lines, 2 reads with another result
)");
}

TEST(ForecastBillTest, IsCompleteWhereNothingWouldChange) {
  EXPECT_EQ(forecast_text({}, 7),
            R"(=================================================================
==7==AliasSanitizer: what mode=cow would cost
Copied at writes: 0 detaches of 0 bytes at 0 lines
Not copied by copy(): 0 copies of 0 bytes
Peak memory of arrays: 0 bytes instead of 0
SUMMARY: AliasSanitizer: forecast: 0 detaches of 0 bytes at 0 lines, 0 reads with another result
)");
}

TEST(ForecastBillTest, TellsWhatIsRare) {
  ForecastBill bill;
  bill.refused_writes = 1;
  bill.lease_copies = 2;
  bill.lease_copy_bytes = 80;
  const std::string text = forecast_text(bill, 7);
  EXPECT_NE(text.find("Refused with ReadOnlyError: 1 write\n"), text.npos) << text;
  EXPECT_NE(text.find("Copied under open spans for writing: 2 views of 80 bytes\n"), text.npos)
      << text;
}

TEST(ForecastBillTest, Json) {
  const std::string line = forecast_json(sample());
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["event"], "forecast");
  EXPECT_EQ(json["detaches"], 4);
  EXPECT_EQ(json["bytes_copied"], 4104);
  EXPECT_EQ(json["lines"][0]["where"]["file"], "examples/tour.cc");
  EXPECT_EQ(json["lines"][0]["where"]["line"], 48);
  EXPECT_EQ(json["lines"][0]["bytes_copied"], 4096);
  EXPECT_EQ(json["changed_reads"][0]["written"]["line"], 48);
  EXPECT_EQ(json["changed_reads"][0]["elements"], 6);
  EXPECT_EQ(json["deferred_bytes"], 192);
  EXPECT_EQ(json["peak_bytes"], 5000);
  EXPECT_EQ(json["peak_bytes_now"], 4000);
}

}  // namespace
}  // namespace cow::alsan
