#include "cow/diagnostics/detach_log.h"

#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

LoggedDetach detach_to(int buffer, int from = 0) {
  LoggedDetach detach{};
  detach.from = from;
  detach.to = buffer;
  return detach;
}

TEST(DetachLogTest, FindsWhatMadeABuffer) {
  DetachLog log(10);
  log.add(detach_to(5, 2));
  ASSERT_NE(log.find(5), nullptr);
  EXPECT_EQ(log.find(5)->from, 2);
  EXPECT_EQ(log.find(2), nullptr);
}

TEST(DetachLogTest, DropsTheOldest) {
  DetachLog log(2);
  for (int buffer = 1; buffer <= 4; ++buffer) log.add(detach_to(buffer));
  EXPECT_EQ(log.find(2), nullptr);
  EXPECT_NE(log.find(3), nullptr);
  EXPECT_NE(log.find(4), nullptr);
}

TEST(DetachLogTest, CapacityZeroKeepsNothing) {
  DetachLog log(0);
  log.add(detach_to(1));
  EXPECT_EQ(log.find(1), nullptr);
}

TEST(LoggedDetachTest, ARangeIsShifted) {
  LoggedDetach detach = detach_to(1);
  detach.shift = 4;
  EXPECT_EQ(detach.element_before(0, 8), 4);
  EXPECT_EQ(detach.element_before(3, 8), 7);
}

TEST(LoggedDetachTest, GatheredElementsGoBackToTheirPlaces) {
  LoggedDetach detach = detach_to(1);
  detach.arranged = Layout({2, 2}, {-32, 16}, 1000);  // of int64
  detach.first = 7;
  EXPECT_EQ(detach.element_before(0, 8), 7);
  EXPECT_EQ(detach.element_before(1, 8), 9);
  EXPECT_EQ(detach.element_before(2, 8), 3);
  EXPECT_EQ(detach.element_before(3, 8), 5);
}

}  // namespace
}  // namespace cow::alsan
