#include "cow/core/iterate.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "cow/core/layout.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow::internal {
namespace {

/// A permuted, perhaps reversed or stretched layout of `shape`.
Layout random_layout(Random& random, Shape shape, bool stretch) {
  Dims axes(shape.size());
  std::iota(axes.begin(), axes.end(), 0);
  std::shuffle(axes.begin(), axes.end(), random);
  Dims strides(shape.size());
  Index stride = 1, offset = 0;
  for (Index axis : axes) {
    strides[axis] = stride;
    stride *= std::max<Index>(shape[axis], 1);
    if (random_number(random, 0, 3) == 0) stride += random_number(random, 0, 2);
    if (shape[axis] > 0 && random_number(random, 0, 2) == 0) {
      offset += (shape[axis] - 1) * strides[axis];
      strides[axis] = -strides[axis];
    }
    if (stretch && random_number(random, 0, 3) == 0) strides[axis] = 0;
  }
  return Layout(shape, strides, offset);
}

TEST(IterateTest, VisitsTheSameElementsOfAllOperandsOnce) {
  Random random(test_seed(3));
  for (int round = 0; round < 5000 && !HasFailure(); ++round) {
    const Dims shape = random_shape(random, 5);
    const Layout first = random_layout(random, shape, false);
    const Layout second = random_layout(random, shape, true);
    // Addresses that are never read.
    const auto address = [](Index offset) {
      return reinterpret_cast<std::byte*>(1 << 20) + offset;
    };
    std::vector<std::pair<std::byte*, std::byte*>> expected, visited;
    for (Index i = 0; i < first.size(); ++i) {
      expected.emplace_back(address(first.offset() + first.displacement_of_flat(i)),
                            address(second.offset() + second.displacement_of_flat(i)));
    }
    const Operand operands[] = {{address(first.offset()), first.strides()},
                                {address(second.offset()), second.strides()}};
    Walk(shape, operands).run<2>([&](const auto& at, const auto& strides, Index count) {
      for (Index i = 0; i < count; ++i) {
        visited.emplace_back(at[0] + i * strides[0], at[1] + i * strides[1]);
      }
    });
    std::sort(expected.begin(), expected.end());
    std::sort(visited.begin(), visited.end());
    ASSERT_EQ(visited, expected) << tuple_text(shape);
  }
}

int rows_of(Shape shape, const Layout& layout) {
  int rows = 0;
  const Operand operands[] = {{nullptr, layout.strides()}};
  Walk(shape, operands).run<1>([&](const auto&, const auto&, Index) { ++rows; });
  return rows;
}

TEST(IterateTest, MergesAxesThatContinueEachOther) {
  const Dims shape{2, 3, 1, 4};
  EXPECT_EQ(rows_of(shape, Layout::c_order(shape, 8)), 1);
  const Layout turned = reverse_axes(Layout::c_order(shape, 8));
  EXPECT_EQ(rows_of(turned.shape(), turned), 1);
  EXPECT_EQ(rows_of({3, 4}, Layout({3, 4}, {64, 8})), 3);
  EXPECT_EQ(rows_of({}, Layout()), 1);
  EXPECT_EQ(rows_of({3, 0}, Layout::c_order({3, 0}, 8)), 0);
}

template <std::size_t kBytes>
void expect_copied(Random& random) {
  const Dims shape = random_shape(random, 4);
  const Layout to = random_layout(random, shape, false);
  const Layout from = random_layout(random, shape, true);
  std::vector<std::byte> target(kBytes * 4096), source(kBytes * 4096);
  for (std::byte& byte : source) byte = static_cast<std::byte>(random());
  const auto scaled = [](const Layout& layout) {
    Dims strides(layout.strides().begin(), layout.strides().end());
    for (Index& stride : strides) stride *= static_cast<Index>(kBytes);
    return Layout(layout.shape(), strides, layout.offset() * static_cast<Index>(kBytes));
  };
  const Layout wide_to = scaled(to), wide_from = scaled(from);
  std::vector<std::byte> expected = target;
  for (Index i = 0; i < to.size(); ++i) {
    std::memcpy(expected.data() + wide_to.offset() + wide_to.displacement_of_flat(i),
                source.data() + wide_from.offset() + wide_from.displacement_of_flat(i), kBytes);
  }
  copy_elements(shape, kBytes, {target.data() + wide_to.offset(), wide_to.strides()},
                {source.data() + wide_from.offset(), wide_from.strides()});
  ASSERT_EQ(target, expected);
}

TEST(IterateTest, CopiesElementsOfEachSize) {
  Random random(test_seed(4));
  for (int round = 0; round < 200 && !HasFailure(); ++round) {
    expect_copied<1>(random);
    expect_copied<2>(random);
    expect_copied<4>(random);
    expect_copied<8>(random);
    expect_copied<16>(random);
  }
}

}  // namespace
}  // namespace cow::internal
