#include "cow/diagnostics/for_each_address.h"

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "cow/core/node.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using internal::Access;
using internal::Node;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Index kItemsize = 8;

class ForEachAddressTest : public ::testing::Test {
 protected:
  Access access_to(const Layout& layout) {
    return {node_, memory_, layout, internal::AccessKind::kBulk};
  }

  /// Byte distances from the first element.
  std::vector<Index> addresses(const Access& access) {
    std::vector<Index> found;
    for_each_address(access, [&](std::byte* address) { found.push_back(address - memory_); });
    return found;
  }
  std::vector<std::pair<Index, Index>> runs(const Access& access) {
    std::vector<std::pair<Index, Index>> found;
    for_each_run(access, kItemsize, [&](std::byte* address, Index count) {
      found.emplace_back(address - memory_, count);
    });
    return found;
  }

  Node node_;
  std::byte memory_[1];  // never looked at
};

TEST_F(ForEachAddressTest, ElementsComeInCOrder) {
  const Layout rows({2, 3}, {32, 8}, 0);
  EXPECT_THAT(addresses(access_to(rows)), ElementsAre(0, 8, 16, 32, 40, 48));
  const Layout turned({3, 2}, {8, 32}, 0);
  EXPECT_THAT(addresses(access_to(turned)), ElementsAre(0, 32, 8, 40, 16, 48));
  const Layout backwards({3}, {-8}, 16);
  EXPECT_THAT(addresses(access_to(backwards)), ElementsAre(0, -8, -16));
}

TEST_F(ForEachAddressTest, NoAxesAreOneElementAndEmptyAxesNone) {
  EXPECT_THAT(addresses(access_to(Layout())), ElementsAre(0));
  EXPECT_THAT(runs(access_to(Layout())), ElementsAre(std::pair(0, 1)));
  const Layout empty({3, 0}, {8, 8}, 0);
  EXPECT_THAT(addresses(access_to(empty)), IsEmpty());
  EXPECT_THAT(runs(access_to(empty)), IsEmpty());
}

TEST_F(ForEachAddressTest, ScatteredElementsAreThoseThatAreGiven) {
  const Index displacements[] = {16, 0, 16};
  const Layout layout({3}, {8}, 0);
  Access access = access_to(layout);
  access.is_scattered = true;
  access.displacements = displacements;
  EXPECT_THAT(addresses(access), ElementsAre(16, 0, 16));
  EXPECT_THAT(runs(access), ElementsAre(std::pair(16, 1), std::pair(0, 1), std::pair(16, 1)));
}

TEST_F(ForEachAddressTest, RunsAreWhatIsContiguous) {
  const Layout whole({2, 3}, {24, 8}, 0);
  EXPECT_THAT(runs(access_to(whole)), ElementsAre(std::pair(0, 6)));
  const Layout rows({2, 3}, {32, 8}, 0);
  EXPECT_THAT(runs(access_to(rows)), ElementsAre(std::pair(0, 3), std::pair(32, 3)));
  const Layout column({2, 1}, {32, 8}, 0);
  EXPECT_THAT(runs(access_to(column)), ElementsAre(std::pair(0, 1), std::pair(32, 1)));
}

TEST_F(ForEachAddressTest, RunsAreTheElements) {
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto any = [&](int from, int to) {
    return std::uniform_int_distribution<Index>(from, to)(random);
  };
  for (int round = 0; round < 2000; ++round) {
    Dims shape, strides;
    for (Index axis = any(0, 4); axis > 0; --axis) {
      shape.push_back(any(0, 4));
      strides.push_back(any(-6, 6) * kItemsize);
    }
    const Layout layout(shape, strides, 0);
    std::vector<Index> elements;
    for (const auto& [begin, count] : runs(access_to(layout))) {
      for (Index i = 0; i < count; ++i) elements.push_back(begin + i * kItemsize);
    }
    ASSERT_EQ(elements, addresses(access_to(layout)));
  }
}

}  // namespace
}  // namespace cow::alsan
