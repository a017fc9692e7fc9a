#include "cow/diagnostics/output/dot_output.h"

#include <algorithm>

#include "cow/tests/output/sample_reports.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::HasSubstr;

TEST(DotOutputTest, DrawsTheTree) {
  const std::string text = dot_document({pictured_report(), plain_report()});
  for (const char* line : {
           "digraph aliases {\n",
           "    r0_0 [label=\"original\\n(3,4)\\nread here\", color=\"#1f6feb\"",
           "    r0_1 [label=\"slice\\n[1:3, 1:3]\\nwritten here\", color=\"#c2402a\"",
           "    r0_0 -> r0_1;\n",
           "    r0_0 -> r0_2;\n",
           "    r0_3 [label=\"gone\\n[0]\\ndropped\", style=\"rounded,dashed\"];\n",
           "    r0_2 -> r0_3;\n",
           "  subgraph cluster_1 {\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_EQ(std::ranges::count(text, '{'), std::ranges::count(text, '}'));
}

TEST(DotOutputTest, ARowWhoseParentIsLeftOutHangsOnTheNextAbove) {
  Report report;
  report.tree = {{0, "base", "(3,)", "", ""},
                 {3, "deep", "[0]", "written here", "also changed: [0]"},
                 {3, "next", "[1]", "", ""},
                 {1, "... and 7 more", "", "", ""}};
  const std::string text = dot_document({report});
  EXPECT_THAT(text, HasSubstr("r0_0 -> r0_1;"));
  EXPECT_THAT(text, HasSubstr("r0_0 -> r0_2;"));
  EXPECT_THAT(text, HasSubstr("r0_0 -> r0_3;"));
  EXPECT_THAT(text, HasSubstr("\"deep\\n[0]\\nwritten here\\nalso changed: [0]\""));
  EXPECT_EQ(std::ranges::count(text, '>'), 3);
}

TEST(DotOutputTest, QuotesCannotEndAString) {
  const std::string text = dot_document({hostile_report()});
  EXPECT_THAT(text, HasSubstr("</script><b>\\\"'\\\\\\n?"));
}

TEST(DotOutputTest, NothingIsAGraphToo) {
  EXPECT_THAT(dot_document({}), HasSubstr("digraph aliases {"));
  EXPECT_THAT(dot_document({Report()}), HasSubstr("cluster_0"));
}

}  // namespace
}  // namespace cow::alsan
