#include "cow/diagnostics/write_log.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

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

TEST(WriteLogTest, WritesOfOneElementAfterTheOtherAreOneEntry) {
  WriteLog log(10);
  const auto write_of = [](Moment moment, Index element, StackId site) {
    LoggedWrite write = write_at(moment);
    write.site = site;
    write.changed = {{element, element + 1}};
    return write;
  };
  const auto extend = [&](Moment moment, Index element, StackId site) {
    return log.extend(moment, nullptr, site, 0, element);
  };
  EXPECT_FALSE(extend(1, 5, 1));
  log.add(write_of(1, 5, 1));
  EXPECT_TRUE(extend(2, 6, 1));
  EXPECT_TRUE(extend(4, 7, 1));
  EXPECT_FALSE(extend(6, 9, 1));  // not the next element
  EXPECT_FALSE(extend(6, 8, 2));  // of another line
  log.add(write_of(6, 8, 2));
  EXPECT_FALSE(extend(7, 8, 1));  // no longer the newest
  ASSERT_EQ(log.writes().size(), 2u);
  const LoggedWrite& loop = log.writes()[0];
  EXPECT_EQ(loop.changed, (std::vector<std::pair<Index, Index>>{{5, 8}}));
  EXPECT_EQ(loop.changed_elements, 3);
  for (Moment moment : {1, 2, 4}) EXPECT_EQ(log.find(moment), &loop) << moment;
  EXPECT_EQ(log.find(6), &log.writes()[1]);
  EXPECT_EQ(log.find(5), nullptr);
  EXPECT_EQ(log.find(7), nullptr);
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

LoggedWrite write_with_effect(Moment moment, std::vector<ElementBefore> changed) {
  static const std::vector<std::byte> memory(64);
  LoggedWrite write = write_at(moment);
  write.effect = std::make_shared<WriteEffect>(std::move(changed), memory.data(), 1);
  return write;
}

TEST(WriteLogTest, TheOldestEffectsGoWhenTheyTakeTooMuch) {
  const Index bytes = write_with_effect(1, {{3, {}}}).effect->size_bytes();
  WriteLog log(100, 3 * bytes);
  EXPECT_TRUE(log.can_hold(3 * bytes));
  EXPECT_FALSE(log.can_hold(3 * bytes + 1));
  const auto kept = [&] {
    std::string text;
    for (const LoggedWrite& write : log.writes()) text += write.effect == nullptr ? '-' : '+';
    return text;
  };
  for (Moment moment = 10; moment < 13; ++moment) log.add(write_with_effect(moment, {{3, {}}}));
  EXPECT_EQ(kept(), "+++");
  log.add(write_with_effect(13, {{4, {}}}));
  EXPECT_EQ(kept(), "-+++");
  log.add(write_with_effect(5, {{4, {}}}));  // a span's, older than all
  EXPECT_EQ(kept(), "--+++");
  log.add(write_with_effect(14, {{1, {}}, {3, {}}, {5, {}}, {7, {}}}));  // alone too large
  EXPECT_EQ(kept(), "------");
  log.add(write_with_effect(15, {{3, {}}}));
  EXPECT_EQ(kept(), "------+");
}

TEST(WriteLogTest, EffectsOfDroppedWritesNoLongerCount) {
  const Index bytes = write_with_effect(1, {{3, {}}}).effect->size_bytes();
  WriteLog log(2, 2 * bytes);
  for (Moment moment = 1; moment <= 20; ++moment) log.add(write_with_effect(moment, {{3, {}}}));
  ASSERT_EQ(log.writes().size(), 2u);
  for (const LoggedWrite& write : log.writes()) EXPECT_NE(write.effect, nullptr);
}

TEST(LoggedWriteTest, KnowsWhatItChangedByItsEffect) {
  const LoggedWrite write = write_with_effect(1, {{3, {}}, {8, {}}});
  EXPECT_TRUE(write.is_exact());
  EXPECT_TRUE(write.may_have_changed(3) && write.may_have_changed(8));
  EXPECT_FALSE(write.may_have_changed(2) || write.may_have_changed(4) || write.may_have_changed(9));
}

TEST(LoggedWriteTest, WithoutAnEffectKnowsRanges) {
  LoggedWrite write = write_at(1);
  write.changed = {{2, 4}, {7, 8}};
  write.changed_elements = 3;
  EXPECT_TRUE(write.is_exact());
  EXPECT_TRUE(write.may_have_changed(3) && write.may_have_changed(7));
  EXPECT_FALSE(write.may_have_changed(1) || write.may_have_changed(4) || write.may_have_changed(8));
  write.changed = {{2, 8}};
  EXPECT_FALSE(write.is_exact());
  EXPECT_TRUE(write.may_have_changed(5));
}

}  // namespace
}  // namespace cow::alsan
