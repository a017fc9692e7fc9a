#include "cow/diagnostics/report_builder.h"

#include <string>
#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/diagnostics/report_printer.h"
#include "cow/tests/sanitizer_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::HasSubstr;

class ReportBuilderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    testing::collecting_sanitizer();
    testing::take_reports();
  }
  static Report the_report() {
    const std::vector<Report> reports = testing::take_reports();
    EXPECT_EQ(reports.size(), 1u);
    return reports.empty() ? Report() : reports[0];
  }
};

// The example of the documentation, but for its paths.
TEST_F(ReportBuilderTest, SaysEverythingAboutASliceWrite) {
  auto original =
      array<std::int64_t>({{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}}).label("original");
  auto part = original[{slice(1, 3), slice(1, 3)}].label("slice");
  auto reshaped = original.reshape({4, 3}).label("reshaped");
  auto transposed = original.T().label("transposed");
  part(0, 0) = 999;
  to_string(original);
  const std::string text = print_text(the_report(), {});
  for (const char* line : {
           "surprise-mutation (AS001) of 'original' through its view 'slice'\n",
           "READ of original[1,1]: 999, was 6\n",
           "WRITTEN through slice[0,0] = original[1,1] (1 of 12 elements changed)\n",
           "'slice' int64 (2,2) strides (32,8) = original[1:3, 1:3], made at\n",
           "'original' int64 (3,4), buffer #",
           ", 96 bytes, made at\n",
           "  original (3,4)                    <- read here\n",
           "  ├── slice = [1:3, 1:3]            <- written here\n",
           "  ├── reshaped = .reshape(4, 3)        also changed: [1,2]\n",
           "  └── transposed = .T                  also changed: [1,1]\n",
           "Memory:  . . . .   . W # .   . # # .   (W written, # slice, . original)\n",
           "FIX: write to slice.copy(), declare it with .ref() if meant, or run with "
           "ALSAN_OPTIONS=mode=cow\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(ReportBuilderTest, AViewThatChangedIsTheFirstArrayShown) {
  auto base = zeros<float>({4}).label("base");
  auto view = base[slice(0, 2)].label("view");
  base(1) = 2.5F;
  view.sum();
  const Report report = the_report();
  ASSERT_EQ(report.arrays.size(), 2u);
  EXPECT_EQ(report.arrays[0].name, "view");
  EXPECT_EQ(report.change->now, "2.5");
  EXPECT_EQ(report.change->was, "0.0");
  EXPECT_THAT(report.fix, HasSubstr("keep view.copy()"));
}

TEST_F(ReportBuilderTest, LargeTreesAreCutAroundWhatMatters) {
  auto base = zeros<int>({100}).label("base");
  std::vector<Array<int>> views;
  for (Index i = 0; i < 100; ++i) views.push_back(base[slice(i, i + 1)]);
  views[99](0) = 1;
  base.sum();
  const Report report = the_report();
  EXPECT_LT(report.tree.size(), 30u);
  EXPECT_THAT(report.tree.back().name, HasSubstr("more"));
  bool has_writer = false;
  for (const TreeRow& row : report.tree) has_writer |= row.arrow == "written here";
  EXPECT_TRUE(has_writer);
}

TEST_F(ReportBuilderTest, CountsWhatOneWriteChangedAndReportsEachWriteOnItsOwn) {
  auto base = zeros<int>({6}).label("base");
  auto left = base[slice(0, 3)].label("left");
  auto right = base[slice(3, 6)].label("right");
  left.fill(1);
  right(0) = 2;
  base.sum();
  const std::vector<Report> reports = testing::take_reports();
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].change->written->array, "left");
  EXPECT_EQ(reports[0].change->changed_elements, 3);
  EXPECT_EQ(reports[1].change->written->array, "right");
  EXPECT_EQ(reports[1].change->changed_elements, 1);
}

}  // namespace
}  // namespace cow::alsan
