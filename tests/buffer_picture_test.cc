#include "cow/diagnostics/buffer_picture.h"

#include <string>
#include <utility>
#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/tests/sanitizer_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

using alsan::BufferPicture;
using ::testing::ElementsAre;
using ::testing::Pair;

class BufferPictureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    alsan::Options options;
    options.output = alsan::Output::kHtml;
    cow::testing::collecting_sanitizer(options);
    cow::testing::take_reports();
  }
  /// Of the first of so many reports.
  BufferPicture picture(std::size_t count = 1) {
    const std::vector<alsan::Report> reports = cow::testing::take_reports();
    EXPECT_EQ(reports.size(), count);
    return reports.empty() ? BufferPicture() : reports[0].picture.value();
  }
};

TEST_F(BufferPictureTest, ShowsArraysAndWrites) {
  auto base = zeros<int>({3, 4}).label("base");
  auto part = base[{slice(1, 3), 2}].label("part");
  part(0) = 1;
  part.fill(2);
  base.sum();
  const BufferPicture found = picture();
  EXPECT_EQ(found.size_bytes, 48);
  EXPECT_EQ(found.itemsize, 4);
  ASSERT_EQ(found.arrays.size(), 2u);
  EXPECT_EQ(found.arrays[1].name, "part");
  EXPECT_EQ(found.arrays[1].offset_bytes, 24);
  EXPECT_EQ(found.arrays[1].parent, 0);
  ASSERT_EQ(found.writes.size(), 2u);
  EXPECT_THAT(found.writes[0].elements, ElementsAre(Pair(6, 7)));
  EXPECT_FALSE(found.writes[0].is_reported);
  EXPECT_THAT(found.writes[1].elements, ElementsAre(Pair(6, 7), Pair(10, 11)));
  EXPECT_TRUE(found.writes[1].is_reported);
}

TEST_F(BufferPictureTest, BlamesTheLastLineForEachElement) {
  auto base = zeros<int>({3, 4}).label("base");
  base(0, 0) = 5;  // before anything is recorded
  auto row = base[1].label("row");
  auto column = base[{all, 1}].label("column");
  const int row_line = __LINE__ + 1;
  row.fill(2);
  const int column_line = __LINE__ + 1;
  column.fill(3);
  row.sum();
  const BufferPicture found = picture();
  EXPECT_EQ(found.unknown_writes, 1);
  ASSERT_EQ(found.blame.size(), 2u);
  EXPECT_EQ(found.blame[0].site.line, column_line);
  EXPECT_THAT(found.blame[0].through, ElementsAre("column"));
  EXPECT_THAT(found.blame[0].elements, ElementsAre(Pair(1, 2), Pair(5, 6), Pair(9, 10)));
  EXPECT_EQ(found.blame[0].count, 3);
  EXPECT_EQ(found.blame[1].site.line, row_line);
  EXPECT_THAT(found.blame[1].elements, ElementsAre(Pair(4, 5), Pair(6, 8)));
  EXPECT_EQ(found.blame[1].count, 3);
}

TEST_F(BufferPictureTest, ALineWhoseElementsWereAllWrittenAgainIsNotToBlame) {
  auto base = zeros<int>({4}).label("base");
  auto view = base[slice(0, 2)].label("view");
  base.fill(1);
  view.fill(2);
  base.fill(3);
  view.sum();
  const BufferPicture found = picture();
  ASSERT_EQ(found.blame.size(), 1u);
  EXPECT_THAT(found.blame[0].through, ElementsAre("base"));
}

TEST_F(BufferPictureTest, ALargeBufferIsBlamedByCells) {
  auto base = zeros<int>({alsan::kMaxCells * 10 - 3});
  auto view = base[slice(0, none, 7)];
  view[slice(0, 3)] = 1;  // elements 0, 7 and 14: two cells
  view(-1) = 1;
  base.sum();
  const BufferPicture found = picture(2);
  ASSERT_EQ(found.blame.size(), 2u);
  EXPECT_THAT(found.blame[0].elements,
              ElementsAre(Pair(alsan::kMaxCells * 10 - 10, alsan::kMaxCells * 10 - 3)));
  EXPECT_THAT(found.blame[1].elements, ElementsAre(Pair(0, 20)));
  EXPECT_EQ(found.blame[1].count, 20);
}

}  // namespace
}  // namespace cow
