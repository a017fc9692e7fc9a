#include "cow/diagnostics/output/json_output.h"

#include <algorithm>

#include "cow/tests/output/sample_reports.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace cow::alsan {
namespace {

using nlohmann::json;

TEST(JsonOutputTest, AReportIsOneLineThatSaysAll) {
  const std::string text = report_json(pictured_report());
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_EQ(text.back(), '\n');
  const json report = json::parse(text);
  EXPECT_EQ(report["event"], "report");
  EXPECT_EQ(report["rule"], "AS001");
  EXPECT_EQ(report["severity"], "warning");
  EXPECT_EQ(report["events"][0]["role"], "read");
  EXPECT_EQ(report["events"][0]["text"], "READ of original[1,1]: 999, was 6");
  EXPECT_EQ(report["events"][1]["frames"][0]["line"], 48);
  EXPECT_EQ(report["change"]["direction"], "base-through-view");
  EXPECT_EQ(report["change"]["written"]["index"], json({0, 0}));
  EXPECT_EQ(report["arrays"][0]["strides_bytes"], json({32, 8}));
  EXPECT_EQ(report["tree"].size(), 4u);
  EXPECT_EQ(report["picture"]["writes"][0]["elements"], json({{0, 1}, {3, 4}}));
  EXPECT_EQ(report["picture"]["arrays"][3]["parent"], 2);
  EXPECT_EQ(report["picture"]["blame"][0]["site"]["line"], 48);
  EXPECT_EQ(report["picture"]["blame"][1]["elements"], json({{0, 1}, {3, 4}}));
  EXPECT_EQ(report["picture"]["unknown_writes"], 3);
  EXPECT_EQ(report["site"]["file"], "examples/tour.cc");
}

TEST(JsonOutputTest, WhatIsNotThereIsNull) {
  const json report = json::parse(report_json(plain_report()));
  EXPECT_EQ(report["severity"], "error");
  EXPECT_TRUE(report["change"].is_null());
  EXPECT_TRUE(report["picture"].is_null());
  EXPECT_TRUE(json::parse(report_json(Report())).is_object());
}

TEST(JsonOutputTest, AnyBytesGiveValidJson) {
  const std::string text = report_json(hostile_report());
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_NE(std::string(json::parse(text)["tree"][1]["name"]).find("</script><b>\"'\\\n\x01"),
            std::string::npos);
}

TEST(JsonOutputTest, Coverage) {
  const json exit = json::parse(coverage_json({14, 9, 31, 5, 1, 2, 1, 3}));
  EXPECT_EQ(exit, json::parse(R"({"event":"exit","arrays":14,"views":9,"writes":31,"aliased":5,
                                  "declared":1,"findings":2,"distinct":1,"suppressed":3})"));
}

}  // namespace
}  // namespace cow::alsan
