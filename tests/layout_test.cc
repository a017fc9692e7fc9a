#include "cow/core/layout.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include "cow/core/errors.h"
#include "cow/tests/layout_testing.h"

namespace cow {
namespace {

TEST(LayoutTest, COrder) {
  const Layout layout = Layout::c_order({2, 3, 4}, kItem);
  EXPECT_EQ(layout.strides(), (Dims{96, 32, 8}));
  EXPECT_EQ(layout.size(), 24);
  EXPECT_EQ(offsets_of(layout)[23], 23 * kItem);
  EXPECT_EQ(Layout(), Layout::c_order({}, kItem));
  EXPECT_EQ(Layout().size(), 1);
  EXPECT_EQ(Layout::c_order({Index{1} << 40, 0, 1024}, kItem).size(), 0);
}

TEST(LayoutTest, ImpossibleShapes) {
  EXPECT_THROW(Layout::c_order({2, -1}, kItem), std::invalid_argument);
  EXPECT_THROW(Layout::c_order({Index{1} << 31, Index{1} << 31}, kItem), std::invalid_argument);
  // Its strides could not be told.
  EXPECT_THROW(Layout::c_order({Index{1} << 62, 0, Index{1} << 62}, 1), std::invalid_argument);
  EXPECT_THROW(Layout::c_order(Dims(33, 1), kItem), std::invalid_argument);
  EXPECT_EQ(Layout::c_order(Dims(32, 1), kItem).ndim(), 32);
}

TEST(LayoutTest, WhatTheAddressesSay) {
  for_random_layouts(5000, 0, [](Random&, const Layout& layout) {
    const std::vector<Index> all = offsets_of(layout);
    const std::set<Index> distinct(all.begin(), all.end());
    EXPECT_EQ(layout.empty(), all.empty());
    EXPECT_EQ(layout.is_stretched(), distinct.size() < all.size());
    const ByteRange range = layout.byte_range(kItem);
    if (all.empty()) {
      EXPECT_EQ(range.size(), 0);
      EXPECT_TRUE(layout.is_contiguous(kItem));
      EXPECT_TRUE(layout.is_dense(kItem));
      return;
    }
    EXPECT_EQ(range.begin, *distinct.begin());
    EXPECT_EQ(range.end, *distinct.rbegin() + kItem);
    bool contiguous = true;
    for (std::size_t i = 0; i < all.size(); ++i) {
      contiguous = contiguous && all[i] == all[0] + static_cast<Index>(i) * kItem;
    }
    EXPECT_EQ(layout.is_contiguous(kItem), contiguous);
    EXPECT_EQ(layout.is_dense(kItem),
              distinct.size() == all.size() && range.size() == kItem * std::ssize(all));
  });
}

/// Is there a layout of `shape` that visits `all` in this order?
bool is_affine(const std::vector<Index>& all, Shape shape) {
  Dims strides;
  Index step = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides.insert(strides.begin(),
                   shape[axis] > 1 ? all[static_cast<std::size_t>(step)] - all[0] : 0);
    step *= shape[axis];
  }
  const Layout layout(shape, strides, all[0]);
  return offsets_of(layout) == all;
}

/// A random shape of `size` elements.
Dims random_factors(Random& random, Index size) {
  Dims shape;
  while (size > 1) {
    Index factor = random_number(random, 2, size);
    while (size % factor != 0) ++factor;
    shape.push_back(factor);
    size /= factor;
  }
  const Index ones = random_number(random, 0, 2);
  for (Index i = 0; i < ones; ++i) {
    shape.insert(shape.begin() + random_number(random, 0, std::ssize(shape)), 1);
  }
  return shape;
}

TEST(LayoutTest, ReshapeIsAViewWhereStridesAllow) {
  for_random_layouts(5000, 0, [](Random& random, const Layout& layout) {
    if (layout.empty()) return;
    const Dims shape = random_factors(random, layout.size());
    Layout result;
    const bool is_view = reshape_layout(layout, shape, kItem, &result);
    EXPECT_EQ(is_view, is_affine(offsets_of(layout), shape)) << tuple_text(shape);
    if (is_view) {
      EXPECT_EQ(result.shape(), Shape(shape));
      EXPECT_EQ(offsets_of(result), offsets_of(layout));
    }
  });
}

TEST(LayoutTest, ReshapeFindsTheUnknownExtent) {
  EXPECT_EQ(resolve_shape({2, -1}, 6), (Dims{2, 3}));
  EXPECT_EQ(resolve_shape({-1}, 0), (Dims{0}));
  EXPECT_EQ(resolve_shape({3, -1}, 0), (Dims{3, 0}));
  EXPECT_THROW(resolve_shape({0, -1}, 0), std::invalid_argument);
  EXPECT_THROW(resolve_shape({-1, -1}, 4), std::invalid_argument);
  EXPECT_THROW(resolve_shape({-2, 2}, 4), std::invalid_argument);
  EXPECT_THROW(resolve_shape({4, -1}, 6), std::invalid_argument);
  EXPECT_THROW(resolve_shape({2, 2}, 6), std::invalid_argument);
  EXPECT_THROW(resolve_shape({Index{1} << 32, Index{1} << 32}, 0), std::invalid_argument);
  EXPECT_THROW(resolve_shape(Dims(33, 1), 1), std::invalid_argument);
  EXPECT_EQ(resolve_shape({Index{1} << 40, Index{1} << 40, 0}, 0).size(), 3u);
  Layout result;
  EXPECT_TRUE(reshape_layout(Layout::c_order({0, 3}, kItem), {7, 0}, kItem, &result));
  EXPECT_EQ(result.shape(), (Dims{7, 0}));
}

TEST(LayoutTest, TransposeAgreesWithEnumeration) {
  for_random_layouts(3000, 0, [](Random& random, const Layout& layout) {
    Dims axes(static_cast<std::size_t>(layout.ndim()));
    std::iota(axes.begin(), axes.end(), 0);
    std::shuffle(axes.begin(), axes.end(), random);
    const NaiveView expected = naive_transpose(layout.shape(), axes);
    for (Index& axis : axes) axis -= random_number(random, 0, 1) * layout.ndim();
    const Layout result = transpose_layout(layout, axes);
    EXPECT_EQ(result.shape(), Shape(expected.shape));
    const std::vector<Index> all = offsets_of(layout), turned = offsets_of(result);
    ASSERT_EQ(turned.size(), expected.positions.size());
    for (std::size_t i = 0; i < turned.size(); ++i) {
      EXPECT_EQ(turned[i], all[static_cast<std::size_t>(expected.positions[i])]);
    }
    std::iota(axes.rbegin(), axes.rend(), 0);
    EXPECT_EQ(reverse_axes(layout), transpose_layout(layout, axes));
  });
  const Layout layout = Layout::c_order({2, 3}, kItem);
  EXPECT_THROW(transpose_layout(layout, {0}), std::invalid_argument);
  EXPECT_THROW(transpose_layout(layout, {0, -2}), std::invalid_argument);
  EXPECT_THROW(transpose_layout(layout, {0, 2}), std::out_of_range);
}

TEST(LayoutTest, BroadcastAgreesWithEnumeration) {
  for_random_layouts(3000, 0, [](Random& random, const Layout& layout) {
    Dims to(layout.shape().begin(), layout.shape().end());
    for (Index& extent : to) {
      if (extent == 1) extent = random_number(random, 0, 3);
    }
    if (random_number(random, 0, 1) == 0) to.insert(to.begin(), random_number(random, 0, 2));
    const NaiveView expected = naive_broadcast(layout.shape(), to);
    const Layout result = broadcast_layout(layout, to);
    EXPECT_EQ(result.shape(), Shape(to));
    const std::vector<Index> all = offsets_of(layout), wide = offsets_of(result);
    ASSERT_EQ(wide.size(), expected.positions.size());
    for (std::size_t i = 0; i < wide.size(); ++i) {
      EXPECT_EQ(wide[i], all[static_cast<std::size_t>(expected.positions[i])]);
    }
  });
  const Layout layout = Layout::c_order({2, 1}, kItem);
  EXPECT_THROW(broadcast_layout(layout, {3, 1}), std::invalid_argument);
  EXPECT_THROW(broadcast_layout(layout, {2}), std::invalid_argument);
  EXPECT_THROW(broadcast_layout(layout, {2, -1}), std::invalid_argument);
  EXPECT_THROW(broadcast_layout(layout, {Index{1} << 62, 2, 4}), std::invalid_argument);
}

TEST(LayoutTest, ShapesBroadcastTogether) {
  EXPECT_EQ(broadcast_shapes({2, 1, 3}, {4, 1}), (Dims{2, 4, 3}));
  EXPECT_EQ(broadcast_shapes({}, {0}), (Dims{0}));
  EXPECT_EQ(broadcast_shapes({1}, {0}), (Dims{0}));
  EXPECT_THROW(broadcast_shapes({2}, {3}), std::invalid_argument);
  EXPECT_THROW(broadcast_shapes({2}, {0}), std::invalid_argument);
}

TEST(LayoutTest, Squeeze) {
  const Layout layout = Layout::c_order({1, 3, 1, 0, 1}, kItem);
  EXPECT_EQ(squeeze_layout(layout).shape(), (Dims{3, 0}));
  EXPECT_EQ(squeeze_layout(layout, {-1, 0}).shape(), (Dims{3, 1, 0}));
  EXPECT_EQ(squeeze_layout(layout, Dims{}).ndim(), 5);
  EXPECT_THROW(squeeze_layout(layout, {1}), std::invalid_argument);
  EXPECT_THROW(squeeze_layout(layout, {0, -5}), std::invalid_argument);
  EXPECT_THROW(squeeze_layout(layout, {5}), std::out_of_range);
}

TEST(LayoutTest, NormalizeAxis) {
  EXPECT_EQ(normalize_axis(1, 2), 1);
  EXPECT_EQ(normalize_axis(-2, 2), 0);
  EXPECT_THROW(normalize_axis(2, 2), std::out_of_range);
  EXPECT_THROW(normalize_axis(-3, 2), std::out_of_range);
  EXPECT_THROW(normalize_axis(0, 0), std::out_of_range);
}

}  // namespace
}  // namespace cow
