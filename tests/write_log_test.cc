#include "cow/diagnostics/write_log.h"

#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

LoggedWrite write_at(Moment moment) { return {moment, nullptr, Layout(), nullptr, 0, 1, {}}; }

TEST(WriteLogTest, FindsByMoment) {
  WriteLog log(10);
  log.add(write_at(3));
  log.add(write_at(7));
  ASSERT_NE(log.find(7), nullptr);
  EXPECT_EQ(log.find(7)->moment, 7u);
  EXPECT_EQ(log.find(4), nullptr);
}

TEST(WriteLogTest, DropsTheOldestAndCountsThem) {
  WriteLog log(2);
  for (Moment moment = 1; moment <= 5; ++moment) log.add(write_at(moment));
  EXPECT_EQ(log.find(3), nullptr);
  EXPECT_NE(log.find(4), nullptr);
  EXPECT_NE(log.find(5), nullptr);
  EXPECT_EQ(log.dropped(), 3);
}

TEST(WriteLogTest, ASpansWriteIsPlacedWhereItBegan) {
  WriteLog log(10);
  log.add(write_at(5));
  log.add(write_at(2));
  EXPECT_NE(log.find(2), nullptr);
  EXPECT_NE(log.find(5), nullptr);
}

TEST(WriteLogTest, AdjacentRangesAreJoined) {
  using Ranges = std::vector<std::pair<Index, Index>>;
  EXPECT_EQ(joined_ranges({{6, 7}, {0, 2}, {2, 4}, {3, 5}}), (Ranges{{0, 5}, {6, 7}}));
  EXPECT_EQ(joined_ranges({}), Ranges());
  Ranges many;
  for (Index i = 0; i < 300; ++i) many.emplace_back(3 * i, 3 * i + 1);
  EXPECT_EQ(joined_ranges(many), (Ranges{{0, 898}}));
}

TEST(WriteLogTest, CapacityZeroKeepsNothing) {
  WriteLog log(0);
  log.add(write_at(1));
  EXPECT_EQ(log.find(1), nullptr);
  EXPECT_EQ(log.dropped(), 1);
}

}  // namespace
}  // namespace cow::alsan
