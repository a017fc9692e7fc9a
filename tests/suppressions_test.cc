#include "cow/diagnostics/suppressions.h"

#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(MatchesPatternTest, IsLlvms) {
  struct Case {
    const char* pattern;
    const char* text;
    bool matches;
  };
  for (const Case& c : {
           Case{"main", "main", true},         Case{"main", "domain", true},
           Case{"^main", "domain", false},     Case{"main$", "domain", true},
           Case{"main$", "mainly", false},     Case{"^main$", "main", true},
           Case{"^main$", "main2", false},     Case{"a*c", "xabcx", true},
           Case{"a*c", "ca", false},           Case{"^a*c$", "abc", true},
           Case{"^a*c$", "abcd", false},       Case{"*", "", true},
           Case{"a**b", "ab", true},           Case{"^", "any", true},
           Case{"a*a$", "a", false},           Case{"^ab*ab$", "ab", false},
           Case{"src/*.cc", "src/x.cc", true}, Case{"a", "", false},
           Case{"*x*y*", "zxzzyz", true},      Case{"aa$", "aaa", true},
       }) {
    EXPECT_EQ(matches_pattern(c.pattern, c.text), c.matches) << c.pattern << " in " << c.text;
  }
}

Report report_of(const std::string& rule) {
  Report report;
  report.rule = rule;
  report.events = {{ReportEvent::Role::kWrite, "", {{"ns::step", "src/step.cc", 3}}}};
  report.arrays = {{"weights", "int8", {}, {}, "", {{"load", "src/load.cc", 9}}}};
  return report;
}

TEST(SuppressionsTest, MatchRuleWithFunctionFileOrLabel) {
  for (const char* line : {"AS001:ns::step", "AS001:src/load.cc", "AS001:^weights$"}) {
    Suppressions suppressions;
    EXPECT_THAT(suppressions.add(line), IsEmpty());
    EXPECT_TRUE(suppressions.suppress(report_of("AS001"))) << line;
    EXPECT_FALSE(suppressions.suppress(report_of("AS002"))) << line;
  }
  Suppressions other;
  other.add("AS001:other\nAS002:weights");
  EXPECT_FALSE(other.suppress(report_of("AS001")));
}

TEST(SuppressionsTest, CommentsAndBlanksAreIgnoredMistakesTold) {
  Suppressions suppressions;
  EXPECT_THAT(suppressions.add("# all\n\n  AS001 : load  # why\r\n"), IsEmpty());
  EXPECT_TRUE(suppressions.suppress(report_of("AS001")));
  EXPECT_THAT(suppressions.add("AS009:x\nAS001:\nAS001\n:x\n"), SizeIs(4));
  Suppressions empty;
  EXPECT_THAT(empty.add(""), IsEmpty());
  EXPECT_TRUE(empty.empty());
  EXPECT_EQ(empty.summary(), "");
}

TEST(SuppressionsTest, SummaryCountsHitsAndNamesTheUnused) {
  Suppressions suppressions;
  suppressions.add("AS001:load\nAS001:never");
  suppressions.suppress(report_of("AS001"));
  suppressions.suppress(report_of("AS001"));
  EXPECT_THAT(suppressions.summary(), HasSubstr("\n  2 AS001:load\n  0 AS001:never  (unused)\n"));
}

TEST(SuppressionsTest, ReadsAFile) {
  const std::string path = ::testing::TempDir() + "/suppressions_test.txt";
  std::ofstream(path) << "AS001:load\n";
  Suppressions suppressions;
  EXPECT_THAT(suppressions.add_file(path), IsEmpty());
  EXPECT_TRUE(suppressions.suppress(report_of("AS001")));
  EXPECT_THAT(suppressions.add_file(path + ".none"), SizeIs(1));
}

}  // namespace
}  // namespace cow::alsan
