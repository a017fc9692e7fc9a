#include "cow/core/index.h"

#include <cstdint>
#include <limits>
#include <stdexcept>

#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow {
namespace {

constexpr Index kItem = 4;
constexpr Index kHuge = std::numeric_limits<Index>::max();

static_assert(!std::is_constructible_v<IndexItem, bool>, "a bool would be a mask");
static_assert(!std::is_constructible_v<IndexItem, double>);
static_assert(std::is_convertible_v<unsigned long, IndexItem>);
static_assert(internal::to_index(~std::uint64_t{0}) == kHuge);
static_assert(internal::to_index(std::numeric_limits<Index>::min()) == -kHuge);
static_assert(internal::to_index(std::int8_t{-3}) == -3);
static_assert(!SliceBound(none).present() && SliceBound(0).present());

TEST(IndexTest, AgreesWithEnumeration) {
  Random random(test_seed(11));
  for (int i = 0; i < 20000 && !HasFailure(); ++i) {
    const Dims shape = random_shape(random, 4);
    const std::vector<IndexItem> items = random_items(random, shape);
    const Layout layout = Layout::c_order(shape, kItem);
    const Layout result = index_layout(layout, items);
    const NaiveView expected = naive_index(shape, items);
    SCOPED_TRACE(index_text(items));
    ASSERT_EQ(result.shape(), Shape(expected.shape));
    for (Index k = 0; k < result.size(); ++k) {
      ASSERT_EQ(result.offset() + result.displacement_of_flat(k),
                kItem * expected.positions[static_cast<std::size_t>(k)]);
    }
    // Also of an empty part: inside of the block.
    if (!layout.empty()) {
      EXPECT_GE(result.offset(), 0);
      EXPECT_LT(result.offset(), kItem * layout.size());
    }
  }
}

TEST(IndexTest, EverySliceOfShortAxes) {
  for (Index extent = 0; extent <= 4; ++extent) {
    std::vector<SliceBound> bounds{none, kHuge, -kHuge};
    for (Index bound = -6; bound <= 6; ++bound) bounds.push_back(bound);
    for (const SliceBound& start : bounds) {
      for (const SliceBound& stop : bounds) {
        for (const Index step :
             {-kHuge, Index{-3}, Index{-2}, Index{-1}, Index{1}, Index{2}, Index{3}, kHuge}) {
          const Slice given{start, stop, step};
          const ResolvedSlice resolved = resolve_slice(given, extent);
          // A step beyond the axis takes one element, and is that of no second one.
          const Index tame_step = std::min<Index>(std::max<Index>(step, -9), 9);
          const auto expected = naive_slice({start, stop, tame_step}, extent);
          ASSERT_EQ(resolved.count, std::ssize(expected)) << index_text({given}) << extent;
          for (Index k = 0; k < resolved.count; ++k) {
            ASSERT_EQ(resolved.start + k * resolved.step, expected[static_cast<std::size_t>(k)]);
          }
        }
      }
    }
  }
  EXPECT_THROW(resolve_slice(slice(none, none, 0), 3), std::invalid_argument);
}

TEST(IndexTest, SlicesOfLongAxesDoNotOverflow) {
  EXPECT_EQ(resolve_slice(slice(none), kHuge).count, kHuge);
  EXPECT_EQ(resolve_slice(slice(none, none, -1), kHuge).count, kHuge);
  EXPECT_EQ(resolve_slice(slice(-kHuge, kHuge, kHuge), kHuge).count, 1);
  EXPECT_EQ(resolve_slice(slice(kHuge, -kHuge, -2), kHuge).count, kHuge / 2 + 1 - 1);
}

TEST(IndexTest, Errors) {
  const Layout layout = Layout::c_order({2, 3}, kItem);
  EXPECT_THROW(index_layout(layout, {2}), std::out_of_range);
  EXPECT_THROW(index_layout(layout, {-3}), std::out_of_range);
  EXPECT_THROW(index_layout(layout, {0, 0, 0}), std::out_of_range);
  EXPECT_THROW(index_layout(layout, {ellipsis, 0, ellipsis}), std::out_of_range);
  EXPECT_THROW(index_layout(layout, {slice(none, none, 0)}), std::invalid_argument);
  EXPECT_THROW(index_layout(layout, {std::uint64_t{1} << 63}), std::out_of_range);
  EXPECT_THROW(index_layout(Layout(), {0}), std::out_of_range);
  const std::vector<IndexItem> many(31, newaxis);
  EXPECT_THROW(index_layout(layout, many), std::invalid_argument);
  try {
    index_layout(layout, {1, -4});
    FAIL();
  } catch (const std::out_of_range& error) {
    EXPECT_STREQ(error.what(), "index -4 is out of bounds for axis 1 with size 3");
  }
}

TEST(IndexTest, NormalizeIndex) {
  EXPECT_EQ(normalize_index(-3, 3, 0), 0);
  EXPECT_EQ(normalize_index(2, 3, 0), 2);
  EXPECT_THROW(normalize_index(3, 3, 0), std::out_of_range);
  EXPECT_THROW(normalize_index(-4, 3, 0), std::out_of_range);
  EXPECT_THROW(normalize_index(-kHuge, 3, 0), std::out_of_range);
}

TEST(IndexTest, TextAsPythonWritesIt) {
  EXPECT_EQ(index_text({slice(1, 3), newaxis, ellipsis, 0}), "[1:3, newaxis, ..., 0]");
  EXPECT_EQ(index_text({all, slice(none, none, -1), slice(-2, none), slice(4)}),
            "[:, ::-1, -2:, :4]");
  EXPECT_EQ(index_text({}), "[]");
}

}  // namespace
}  // namespace cow
