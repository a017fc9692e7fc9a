#include "cow/core/copy_counts.h"

#include "gtest/gtest.h"

namespace cow {
namespace {

TEST(CopyCountsTest, AreAddedUp) {
  const CopyCounts first{1, 20, 3, 4, 50}, second{10, 200, 30, 40, 500};
  internal::count_copies("x", first);
  internal::count_copies("y", second);
  internal::count_copies("", first);
  internal::count_copies("x", second);
  const CopyStats stats = internal::counted_copies();
  EXPECT_EQ(stats.total, (CopyCounts{22, 440, 66, 88, 1100}));
  EXPECT_EQ(stats.by_label.size(), 2u);
  EXPECT_EQ(stats.by_label.at("x"), (CopyCounts{11, 220, 33, 44, 550}));
  EXPECT_EQ(stats.by_label.at("y"), second);
}

}  // namespace
}  // namespace cow
