#include "cow/core/view_layout.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include "cow/tests/layout_testing.h"
#include "gmock/gmock.h"

/// Layouts against tables: the offset of each element, found by walking positions.
namespace cow {
namespace {

using ::testing::ElementsAre;

constexpr Index kLowest = std::numeric_limits<Index>::min();
constexpr Index kLargest = std::numeric_limits<Index>::max();

/// Of the element at `position`.
Index offset_at(const Layout& layout, const std::vector<Index>& position) {
  Index offset = layout.offset();
  for (std::size_t axis = 0; axis < position.size(); ++axis) {
    offset += position[axis] * layout.stride(static_cast<int>(axis));
  }
  return offset;
}

Index random_axis(Random& random, int ndim) { return random_number(random, 0, ndim - 1); }

/// The same axis, counted from the front or from the end.
Index either_way(Random& random, Index axis, int ndim) {
  return random_number(random, 0, 1) == 0 ? axis : axis - ndim;
}

TEST(ViewLayoutTest, SwapAxes) {
  for_random_layouts(2000, 1, [](Random& random, const Layout& from) {
    const int n = from.ndim();
    const Index a = random_axis(random, n), b = random_axis(random, n);
    const Layout to = swapaxes_layout(from, either_way(random, a, n), either_way(random, b, n));
    std::vector<Index> expected;
    Dims shape(from.shape().begin(), from.shape().end());
    std::swap(shape[a], shape[b]);
    for_each_position(shape, [&](std::vector<Index> position) {
      std::swap(position[a], position[b]);
      expected.push_back(offset_at(from, position));
    });
    EXPECT_EQ(to.shape(), Shape(shape));
    EXPECT_EQ(offsets_of(to), expected);
  });
}

TEST(ViewLayoutTest, ExpandDims) {
  for_random_layouts(2000, 0, [](Random& random, const Layout& from) {
    const int n = from.ndim() + 1;
    const Index axis = random_axis(random, n);
    const Layout to = expand_dims_layout(from, either_way(random, axis, n));
    Dims shape(from.shape().begin(), from.shape().end());
    shape.insert(shape.begin() + axis, 1);
    EXPECT_EQ(to.shape(), Shape(shape));
    EXPECT_EQ(offsets_of(to), offsets_of(from));
  });
}

TEST(ViewLayoutTest, Diagonal) {
  for_random_layouts(2000, 2, [](Random& random, const Layout& from) {
    const int n = from.ndim();
    const Index a = random_axis(random, n);
    Index b = random_axis(random, n);
    while (b == a) b = random_axis(random, n);
    const Index shift = random_number(random, -6, 6);
    const Layout to =
        diagonal_layout(from, shift, either_way(random, a, n), either_way(random, b, n));
    // Element (.., i) of the result is that with i + max(0, -shift) along `a`.
    std::vector<std::pair<Dims, Index>> kept;
    for_each_position(from.shape(), [&](const std::vector<Index>& position) {
      if (position[b] != position[a] + shift) return;
      Dims key;
      for (Index axis = 0; axis < n; ++axis) {
        if (axis != a && axis != b) key.push_back(position[axis]);
      }
      key.push_back(position[a]);
      kept.emplace_back(key, offset_at(from, position));
    });
    std::sort(kept.begin(), kept.end());
    std::vector<Index> expected;
    for (const auto& entry : kept) expected.push_back(entry.second);
    EXPECT_EQ(to.ndim(), n - 1);
    EXPECT_EQ(offsets_of(to), expected);
  });
}

TEST(ViewLayoutTest, Flip) {
  for_random_layouts(2000, 1, [](Random& random, const Layout& from) {
    const int n = from.ndim();
    Dims axes;
    std::vector<bool> flipped(n, false);
    for (Index axis = 0; axis < n; ++axis) {
      if (random_number(random, 0, 1) == 0) continue;
      axes.push_back(either_way(random, axis, n));
      flipped[axis] = true;
    }
    const bool all_axes = random_number(random, 0, 3) == 0;
    const Layout to = all_axes ? flip_layout(from, none) : flip_layout(from, axes);
    std::vector<Index> expected;
    for_each_position(from.shape(), [&](std::vector<Index> position) {
      for (Index axis = 0; axis < n; ++axis) {
        if (all_axes || flipped[axis]) position[axis] = from.extent(axis) - 1 - position[axis];
      }
      expected.push_back(offset_at(from, position));
    });
    EXPECT_EQ(to.shape(), from.shape());
    EXPECT_EQ(offsets_of(to), expected);
  });
}

TEST(ViewLayoutTest, SlidingWindow) {
  for_random_layouts(2000, 1, [](Random& random, const Layout& from) {
    const int n = from.ndim();
    const Index axis = random_axis(random, n);
    const Index window = random_number(random, 0, from.extent(axis));
    const Layout to = sliding_window_layout(from, {window}, either_way(random, axis, n));
    Dims shape(from.shape().begin(), from.shape().end());
    shape[axis] -= window - 1;
    shape.push_back(window);
    std::vector<Index> expected;
    for_each_position(shape, [&](std::vector<Index> position) {
      position[axis] += position.back();
      position.pop_back();
      expected.push_back(offset_at(from, position));
    });
    EXPECT_EQ(to.shape(), Shape(shape));
    EXPECT_EQ(offsets_of(to), expected);
  });
}

TEST(ViewLayoutTest, WindowsAlongAllAxes) {
  const Layout to = sliding_window_layout(Layout::c_order({3, 4}, 1), {2, 3}, none);
  EXPECT_THAT(to.shape(), ElementsAre(2, 2, 2, 3));
  EXPECT_THAT(to.strides(), ElementsAre(4, 1, 4, 1));
}

TEST(ViewLayoutTest, WhatThereIsNot) {
  const Layout from = Layout::c_order({2, 3}, kItem);
  for (Index axis : {Index{2}, Index{-3}, kLowest, kLargest}) {
    EXPECT_THROW(swapaxes_layout(from, 0, axis), std::out_of_range);
    EXPECT_THROW(swapaxes_layout(from, axis, 0), std::out_of_range);
    EXPECT_THROW(diagonal_layout(from, 0, axis, 0), std::out_of_range);
    EXPECT_THROW(flip_layout(from, axis), std::out_of_range);
    EXPECT_THROW(sliding_window_layout(from, {1}, axis), std::out_of_range);
  }
  for (Index axis : {Index{3}, Index{-4}, kLowest, kLargest}) {
    EXPECT_THROW(expand_dims_layout(from, axis), std::out_of_range);
  }
  EXPECT_THROW(diagonal_layout(from, 0, 1, -1), std::invalid_argument);
  EXPECT_THROW(diagonal_layout(Layout::c_order({2}, kItem), 0, 0, 0), std::invalid_argument);
  EXPECT_THROW(flip_layout(from, {1, -1}), std::invalid_argument);
  EXPECT_THROW(sliding_window_layout(from, {4}, 1), std::invalid_argument);
  EXPECT_THROW(sliding_window_layout(from, {-1}, 1), std::invalid_argument);
  EXPECT_THROW(sliding_window_layout(from, {1}, none), std::invalid_argument);
  EXPECT_THROW(expand_dims_layout(Layout::c_order(Dims(kMaxDims, 1), kItem), 0),
               std::invalid_argument);
}

TEST(ViewLayoutTest, DiagonalsBesideTheArrayAreEmpty) {
  const Layout from = Layout::c_order({2, 3}, kItem);
  for (Index shift : {Index{3}, Index{-2}, kLowest, kLargest}) {
    EXPECT_THAT(diagonal_layout(from, shift, 0, 1).shape(), ElementsAre(0)) << shift;
  }
}

TEST(ViewLayoutTest, StridesAsWishedStayInMemory) {
  const Layout from = Layout::c_order({6}, kItem);
  const ByteRange memory{0, 48};
  const auto strided = [&](Shape shape, std::vector<Index> strides) {
    return strided_layout(from, shape, strides, kItem, kItem, memory);
  };
  EXPECT_THAT(offsets_of(strided({2, 3}, {24, 8})), ElementsAre(0, 8, 16, 24, 32, 40));
  EXPECT_THAT(offsets_of(strided({3, 2}, {0, 40})), ElementsAre(0, 40, 0, 40, 0, 40));
  EXPECT_EQ(strided({0, 5}, {800, 800}).size(), 0);
  EXPECT_THROW(strided({7}, {8}), std::out_of_range);
  EXPECT_THROW(strided({2}, {-8}), std::out_of_range);
  EXPECT_THROW(strided({2}, {48}), std::out_of_range);
  EXPECT_THROW(strided({2}, {4}), std::invalid_argument);
  EXPECT_THROW(strided({2}, {8, 8}), std::invalid_argument);
  EXPECT_THROW(strided({-1}, {8}), std::invalid_argument);
  EXPECT_THROW(strided({kLargest}, {0}), std::invalid_argument);
}

}  // namespace
}  // namespace cow
