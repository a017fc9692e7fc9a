// `report_on=write`: the finding is made by the write, with no read in it.

#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/tests/sanitizer_testing.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

alsan::Options on_write() {
  alsan::Options options;
  options.report_on = alsan::ReportOn::kWrite;
  return options;
}

TEST(ReportOnWriteTest, ReportsEachValueThatWouldSeeTheChange) {
  alsan::AliasSanitizer& sanitizer = testing::collecting_sanitizer(on_write());
  auto base = zeros<int>({3, 3}).label("base");
  auto row = base[1].label("row");
  auto column = base[{all, 1}].label("column");
  auto apart = base[2].label("apart");
  auto declared = row.ref().label("declared");
  const std::int64_t before = sanitizer.coverage().findings;
  row(1) = 7;
  // `base` and `column` would see it, `declared` is meant to; one report for one place.
  EXPECT_EQ(sanitizer.coverage().findings - before, 2);
  const std::vector<alsan::Report> reports = testing::take_reports();
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].change->read.array, "base");
  EXPECT_EQ(reports[0].event(alsan::ReportEvent::Role::kRead), nullptr);
  EXPECT_EQ(reports[0].change->written->array, "row");
  base.sum();
  EXPECT_TRUE(testing::take_reports().empty());
}

TEST(ReportOnWriteTest, AWriteThatNobodyElseSeesIsNotReported) {
  testing::collecting_sanitizer(on_write());
  auto base = zeros<int>({4});
  auto part = base[slice(0, 2)];
  base(3) = 1;
  part(0) = 0;  // changes nothing
  base[slice(2, 4)] = 5;
  EXPECT_TRUE(testing::take_reports().empty());
}

}  // namespace
}  // namespace cow
