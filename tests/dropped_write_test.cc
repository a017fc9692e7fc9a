// A report of a surprise whose write the log no longer holds.

#include <string>
#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/diagnostics/report_printer.h"
#include "cow/tests/sanitizer_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(DroppedWriteTest, TheReportSaysWhatIsKnown) {
  alsan::Options options;
  options.max_log_entries = 0;
  testing::collecting_sanitizer(options);
  auto base = zeros<int>({100, 100}).label("base");
  auto view = base[0].label("view");
  view(1) = 5;
  base.sum();
  const std::vector<alsan::Report> reports = testing::take_reports();
  ASSERT_EQ(reports.size(), 1u);
  const std::string text = alsan::print_text(reports[0], {});
  EXPECT_THAT(text, HasSubstr("surprise-mutation (AS001) of 'base'\n"));
  EXPECT_THAT(text, HasSubstr("READ of base[0,1]: 5, was 0\n"));
  EXPECT_THAT(text, HasSubstr("WRITTEN by a write that the log no longer holds (1 of 10000"));
  EXPECT_THAT(text, HasSubstr("max_log_entries"));
  EXPECT_THAT(text, HasSubstr("dropped_write_test.cc"));
  // Of the cells that are drawn, only these two kinds.
  EXPECT_THAT(text, HasSubstr("W written, # base)"));
  EXPECT_THAT(text, Not(HasSubstr(". base")));
}

}  // namespace
}  // namespace cow
