#include "cow/bench/peer_contract.h"

#include <sstream>
#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace cow::bench {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(PeerOptionsTest, ReadsAll) {
  const PeerOptions options =
      parse_peer_options({"--only", "sum", "--build", "native", "--reps", "7", "--secs", "0.25",
                          "--pairs", "file", "--small", "1"});
  EXPECT_EQ(options.only, "sum");
  EXPECT_EQ(options.build, "native");
  EXPECT_EQ(options.reps, 7);
  EXPECT_EQ(options.secs, 0.25);
  EXPECT_EQ(options.pairs, "file");
  EXPECT_TRUE(options.small);
}

TEST(PeerOptionsTest, RefusesOthers) {
  EXPECT_THROW(parse_peer_options({"--onyl", "sum"}), std::invalid_argument);
  EXPECT_THROW(parse_peer_options({"--only"}), std::invalid_argument);
  EXPECT_THROW(parse_peer_options({"--reps", "many"}), std::invalid_argument);
}

PeerOptions quick() {
  PeerOptions options;
  options.reps = 3;
  options.secs = 1e-5;
  return options;
}

json only_line(const std::ostringstream& out) {
  EXPECT_EQ(out.str().find('\n'), out.str().size() - 1) << out.str();
  return json::parse(out.str());
}

TEST(PeerReportTest, PrintsTimes) {
  std::ostringstream out;
  PeerReport report("mine", quick(), out);
  int calls = 0;
  report.time(
      {"take", "rows", "S", 4096, 2048}, [&] { ++calls; }, "a note");
  const json line = only_line(out);
  EXPECT_EQ(line["peer"], "mine");
  EXPECT_EQ(line["build"], "default");
  EXPECT_EQ(line["workload"], "take");
  EXPECT_EQ(line["variant"], "rows");
  EXPECT_EQ(line["size"], "S");
  EXPECT_EQ(line["n"], 4096);
  EXPECT_EQ(line["reps"], 3);
  EXPECT_EQ(line["samples"].size(), 3);
  EXPECT_EQ(line["note"], "a note");
  EXPECT_FALSE(line.contains("correct"));
  EXPECT_FALSE(line.contains("gb_s"));
  EXPECT_EQ(line["ns_per_item"], line["samples"][0]);
  EXPECT_EQ(line["ns_per_item_median"], line["samples"][1]);
  EXPECT_LE(line["samples"][0], line["samples"][1]);
  EXPECT_GT(calls, 4);
}

TEST(PeerReportTest, CountsItemsAndBytes) {
  std::ostringstream out;
  PeerReport report("mine", quick(), out);
  report.print_seconds({"take", "rows", "S", 1, 500}, 0.001, "");
  EXPECT_DOUBLE_EQ(only_line(out)["ns_per_item"], 2000);
  out.str("");
  report.print_seconds({"deep_copy", "contig/into", "S", 1, 8e6, Unit::kGigabytes}, 0.001, "");
  EXPECT_DOUBLE_EQ(only_line(out)["gb_s"], 8);
}

TEST(PeerReportTest, SaysWhatIsWrong) {
  std::ostringstream out;
  PeerReport report("mine", quick(), out);
  report.time_checked({"overlap", "fwd", "S", 1, 1}, false, [] {});
  EXPECT_EQ(only_line(out)["correct"], false);
}

TEST(PeerReportTest, WantsOneWorkloadOrAll) {
  std::ostringstream out;
  PeerOptions options;
  EXPECT_TRUE(PeerReport("mine", options, out).wants("sum"));
  options.only = "take";
  const PeerReport report("mine", options, out);
  EXPECT_TRUE(report.wants("take"));
  EXPECT_FALSE(report.wants("sum"));
}

TEST(PeerReportTest, CanSpeakForAnother) {
  std::ostringstream out;
  PeerReport report("mine", quick(), out);
  report.as("another").print_seconds({"sum", "C_all", "S", 1, 1}, 1, "");
  EXPECT_THAT(out.str(), HasSubstr(R"("peer":"another")"));
}

TEST(ThreadSecondsTest, CountsWork) {
  const double start = thread_seconds();
  for (int i = 0; i < 10'000'000; ++i) keep(&i);
  EXPECT_GT(thread_seconds(), start);
}

}  // namespace
}  // namespace cow::bench
