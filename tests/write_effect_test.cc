#include "cow/diagnostics/write_effect.h"

#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using Ranges = std::vector<std::pair<Index, Index>>;

Bits bits_of(std::int32_t value) {
  return Bits::load(reinterpret_cast<const std::byte*>(&value), sizeof value);
}

WriteEffect effect_of(const std::vector<std::pair<Index, std::int32_t>>& before,
                      const std::vector<std::int32_t>& now) {
  std::vector<ElementBefore> changed;
  for (const auto& [element, value] : before) changed.push_back({element, bits_of(value)});
  return WriteEffect(std::move(changed), reinterpret_cast<const std::byte*>(now.data()), 4);
}

TEST(WriteEffectTest, KnowsTheBitsBeforeAndAfter) {
  const WriteEffect effect = effect_of({{1, 10}, {2, 20}, {5, 50}}, {0, 11, 21, 0, 0, 51});
  ASSERT_TRUE(effect.find(2).has_value());
  EXPECT_EQ(effect.find(1)->before, bits_of(10));
  EXPECT_EQ(effect.find(2)->before, bits_of(20));
  EXPECT_EQ(effect.find(2)->after, bits_of(21));
  EXPECT_EQ(effect.find(5)->before, bits_of(50));
  EXPECT_EQ(effect.find(5)->after, bits_of(51));
  for (Index other : {0, 3, 4, 6, 100}) EXPECT_FALSE(effect.find(other).has_value()) << other;
}

TEST(WriteEffectTest, NeighboursAreOneRange) {
  EXPECT_EQ(effect_of({{1, 0}, {2, 0}, {3, 0}, {5, 0}}, std::vector<std::int32_t>(6)).ranges(),
            (Ranges{{1, 4}, {5, 6}}));
}

TEST(WriteEffectTest, TakesElementsInAnyOrderAndEachOnce) {
  const WriteEffect effect = effect_of({{5, 50}, {1, 10}, {5, 99}, {0, 1}}, {2, 3, 0, 0, 0, 6});
  EXPECT_EQ(effect.ranges(), (Ranges{{0, 2}, {5, 6}}));
  EXPECT_EQ(effect.find(5)->before, bits_of(50));
  EXPECT_EQ(effect.find(0)->after, bits_of(2));
}

TEST(WriteEffectTest, ABlockCostsTwiceItsBytes) {
  std::vector<std::pair<Index, std::int32_t>> before;
  for (Index i = 0; i < 1000; ++i) before.emplace_back(i, 1);
  const WriteEffect effect = effect_of(before, std::vector<std::int32_t>(1000));
  EXPECT_GE(effect.size_bytes(), 8000);
  EXPECT_LE(effect.size_bytes(), 8050);
}

}  // namespace
}  // namespace cow::alsan
