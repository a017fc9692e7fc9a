#include "cow/core/iterate.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "cow/core/copy_kernels.h"
#include "cow/core/layout.h"
#include "cow/core/simd.h"
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
  std::array<std::byte, 1024> memory;
  const Operand operands[] = {{&memory[512], layout.strides()}};
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

TEST(IterateTest, InAnyOrderDescendingAxesMergeToo) {
  const Index shape[] = {3, 4}, wide[] = {-32, -8}, narrow[] = {-16, -4}, across[] = {-4, 12};
  std::array<std::byte, 128> memory;
  std::byte* const last = &memory[100];
  const Operand reversed[] = {{last, wide}, {last, narrow}};
  const Walk turned(shape, reversed, Order::kAny);
  EXPECT_EQ(turned.ndim(), 1);
  EXPECT_EQ(turned.stride(0, 0), 8);
  EXPECT_EQ(turned.stride(1, 0), 4);
  EXPECT_EQ(turned.size(), 12);
  const Operand transposed[] = {{last, wide}, {last, across}};
  EXPECT_EQ(Walk(shape, transposed, Order::kAny).ndim(), 2);
}

/// Elements of one operand in a block of memory of their own, between bytes that must stay.
struct Elements {
  Layout layout;
  std::vector<std::byte> memory;

  Elements(Random& random, const Layout& distances, Index itemsize) {
    const auto scaled = [&](Shape numbers) {
      Dims bytes(numbers.begin(), numbers.end());
      for (Index& number : bytes) number *= itemsize;
      return bytes;
    };
    layout = Layout(distances.shape(), scaled(distances.strides()));
    const ByteRange range = layout.byte_range(itemsize);
    // Not always where a cache line begins.
    const Index before = random_number(random, 0, 9) * itemsize;
    layout.set_offset(before - range.begin);
    memory.resize(static_cast<std::size_t>(before + range.size() + 64));
    std::uint64_t number = random();
    for (std::byte& byte : memory) {
      number = number * 6364136223846793005u + 1442695040888963407u;
      byte = static_cast<std::byte>(number >> 56);
    }
  }

  std::byte* at(const Layout& placed, Index flat) {
    return memory.data() + placed.offset() + placed.displacement_of_flat(flat);
  }
  Operand operand() { return {memory.data() + layout.offset(), layout.strides()}; }
};

void expect_copied(Random& random, Shape shape, Index itemsize) {
  Elements to(random, random_layout(random, shape, false), itemsize);
  Elements from(random, random_layout(random, shape, true), itemsize);
  std::vector<std::byte> expected = to.memory;
  for (Index i = 0; i < to.layout.size(); ++i) {
    std::memcpy(expected.data() + (to.at(to.layout, i) - to.memory.data()), from.at(from.layout, i),
                static_cast<std::size_t>(itemsize));
  }
  copy_elements(shape, itemsize, to.operand(), from.operand());
  ASSERT_TRUE(to.memory == expected)
      << tuple_text(shape) << " of " << itemsize << " bytes, strides "
      << tuple_text(to.layout.strides()) << " from " << tuple_text(from.layout.strides()) << " on "
      << simd_target();
}

const char* const kTargets[] = {"SCALAR", "SSSE3", "SSE4", "AVX2", "AVX3", ""};

TEST(IterateTest, CopiesElementsOfEachSizeOnEachTarget) {
  Random random(test_seed(4));
  for (const char* target : kTargets) {
    limit_simd(target);
    for (int round = 0; round < 250 && !HasFatalFailure(); ++round) {
      expect_copied(random, random_long_shape(random, 6, 70),
                    Index{1} << random_number(random, 0, 4));
    }
  }
}

/// Results that are written around the caches.
TEST(IterateTest, CopiesMoreThanTheCachesHold) {
  Random random(test_seed(5));
  for (const char* target : {"SCALAR", "AVX2", ""}) {
    limit_simd(target);
    for (Index itemsize : {1, 2, 4, 8, 16}) {
      const Index rows = random_number(random, 1000, 1100);
      const Index columns = kStreamedBytes / itemsize / rows + random_number(random, 1, 100);
      Elements to(random, Layout::c_order({rows, columns}, 1), itemsize);
      const Layout transposed({rows, columns}, {1, rows + random_number(random, 0, 3)});
      const Layout others[] = {
          Layout({rows, columns}, {columns, 1}), Layout({rows, columns}, {2 * columns, 2}),
          Layout({rows, columns}, {columns, -1}), Layout({rows, columns}, {1, 0})};
      for (const Layout& distances : {transposed, others[random_number(random, 0, 3)]}) {
        Elements from(random, distances, itemsize);
        copy_elements({rows, columns}, itemsize, to.operand(), from.operand());
        const auto expect_same = [&](Index flat) {
          ASSERT_EQ(std::memcmp(to.at(to.layout, flat), from.at(from.layout, flat),
                                static_cast<std::size_t>(itemsize)),
                    0)
              << itemsize << " bytes, from strides " << tuple_text(from.layout.strides()) << " on "
              << simd_target();
        };
        for (Index row = 0; row < rows && !HasFatalFailure(); ++row) {
          expect_same(row * columns);
          expect_same(row * columns + columns - 1);
          for (int k = 0; k < 20; ++k) {
            expect_same(row * columns + random_number(random, 0, columns - 1));
          }
        }
      }
    }
  }
}

TEST(IterateTest, FillsAndTouchesNothingElse) {
  Random random(test_seed(6));
  for (int round = 0; round < 1000 && !HasFatalFailure(); ++round) {
    limit_simd(kTargets[round % std::size(kTargets)]);
    const Dims shape = random_long_shape(random, 6, 70);
    const Index itemsize = Index{1} << random_number(random, 0, 4);
    Elements to(random, random_layout(random, shape, false), itemsize);
    const std::uint64_t value[2] = {random(), random()};
    std::vector<std::byte> expected = to.memory;
    for (Index i = 0; i < to.layout.size(); ++i) {
      std::memcpy(expected.data() + (to.at(to.layout, i) - to.memory.data()), value,
                  static_cast<std::size_t>(itemsize));
    }
    fill_elements_with(shape, itemsize, to.operand(), value);
    ASSERT_TRUE(to.memory == expected) << tuple_text(shape) << " of " << itemsize << " bytes";
  }
}

/// `source`: the same elements, some axes reversed or two exchanged.
Layout random_rearrangement(Random& random, const Layout& layout) {
  const int ndim = layout.ndim();
  Dims strides(layout.strides().begin(), layout.strides().end());
  Index offset = layout.offset();
  if (ndim > 1 && random_number(random, 0, 1) == 0) {
    std::swap(strides[random_number(random, 0, ndim - 1)],
              strides[random_number(random, 0, ndim - 1)]);
  } else {
    for (int axis = 0; axis < ndim; ++axis) {
      if (random_number(random, 0, 1) == 0 || layout.extent(axis) == 0) continue;
      offset += (layout.extent(axis) - 1) * strides[axis];
      strides[axis] = -strides[axis];
    }
  }
  return Layout(layout.shape(), strides, offset);
}

TEST(IterateTest, RearrangesInPlaceAsIfTheSourceWereReadFirst) {
  Random random(test_seed(7));
  int rearranged = 0, transposed = 0;
  for (int round = 0; round < 3000 && !HasFatalFailure(); ++round) {
    limit_simd(kTargets[round % std::size(kTargets)]);
    Dims shape = random_long_shape(random, 6, 70);
    if (shape.size() > 1 && random_number(random, 0, 1) == 0) {
      shape[0] = shape.back() = std::min(shape[0], shape.back());
    }
    const Index itemsize = Index{1} << random_number(random, 0, 4);
    Elements elements(random, random_layout(random, shape, false), itemsize);
    const Layout source = random_rearrangement(random, elements.layout);
    const Operand to = elements.operand();
    const Operand from{elements.memory.data() + source.offset(), source.strides()};
    if (!can_rearrange_in_place(shape, itemsize, to, from)) continue;
    ++rearranged;
    if (source.offset() == elements.layout.offset() && !(source == elements.layout)) ++transposed;
    std::vector<std::byte> expected = elements.memory;
    for (Index i = 0; i < source.size(); ++i) {
      std::memcpy(expected.data() + (elements.at(elements.layout, i) - elements.memory.data()),
                  elements.at(source, i), static_cast<std::size_t>(itemsize));
    }
    rearrange_in_place(shape, itemsize, to, from);
    ASSERT_TRUE(elements.memory == expected)
        << tuple_text(shape) << " of " << itemsize << " bytes, strides "
        << tuple_text(elements.layout.strides()) << " from " << tuple_text(source.strides());
  }
  EXPECT_GT(rearranged, 1000);
  EXPECT_GT(transposed, 100);
}

}  // namespace
}  // namespace cow::internal
