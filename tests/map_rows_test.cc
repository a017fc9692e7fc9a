#include "cow/core/map_rows.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "cow/core/copy_kernels.h"
#include "cow/core/layout.h"
#include "cow/core/simd.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow::internal {
namespace {

/// Elements of `T` in a permuted, perhaps reversed or stretched layout with gaps.
template <class T>
struct Scattered {
  Layout layout;
  std::vector<T> memory;

  Scattered(Random& random, Shape shape, bool stretch) {
    Dims axes(shape.size()), strides(shape.size());
    std::iota(axes.begin(), axes.end(), 0);
    if (random_number(random, 0, 2) != 0) std::shuffle(axes.begin(), axes.end(), random);
    Index stride = 1;
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
      strides[*axis] = stride * static_cast<Index>(sizeof(T));
      stride *= std::max<Index>(shape[*axis], 1);
      if (random_number(random, 0, 3) == 0) stride += random_number(random, 0, 2);
      if (random_number(random, 0, 3) == 0) strides[*axis] = -strides[*axis];
      if (stretch && random_number(random, 0, 4) == 0) strides[*axis] = 0;
    }
    layout = Layout(shape, strides);
    const ByteRange range = layout.byte_range(sizeof(T));
    const Index before = random_number(random, 0, 9) * static_cast<Index>(sizeof(T));
    layout.set_offset(before - range.begin);
    memory.resize(static_cast<std::size_t>(before + range.size()) / sizeof(T) + 8);
    for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<T>(i * 7 % 101);
  }

  std::size_t place(Index flat) const {
    return static_cast<std::size_t>(layout.offset() + layout.displacement_of_flat(flat)) /
           sizeof(T);
  }
  Operand operand() {
    return {reinterpret_cast<std::byte*>(memory.data()) + layout.offset(), layout.strides()};
  }
};

double formula(double x, float y, std::int16_t z) { return 3 * x + y * z; }

void expect_mapped(Random& random, Shape shape) {
  Scattered<double> out(random, shape, false), x(random, shape, true);
  Scattered<float> y(random, shape, true);
  Scattered<std::int16_t> z(random, shape, true);
  std::vector<double> expected = out.memory;
  for (Index i = 0; i < out.layout.size(); ++i) {
    expected[out.place(i)] =
        formula(x.memory[x.place(i)], y.memory[y.place(i)], z.memory[z.place(i)]);
  }
  map_elements<double, double, float, std::int16_t>(
      shape, {{out.operand(), x.operand(), y.operand(), z.operand()}},
      [](double p, float q, std::int16_t r) { return formula(p, q, r); });
  ASSERT_TRUE(out.memory == expected)
      << tuple_text(shape) << tuple_text(out.layout.strides()) << " = "
      << tuple_text(x.layout.strides()) << tuple_text(y.layout.strides())
      << tuple_text(z.layout.strides());
}

TEST(MapRowsTest, AnyLayouts) {
  Random random(test_seed(32));
  for (int round = 0; round < 1500 && !HasFatalFailure(); ++round) {
    expect_mapped(random, random_long_shape(random, 5, 140));
  }
}

/// Loops are compiled for several targets.
TEST(MapRowsTest, OnEachTarget) {
  Random random(test_seed(35));
  for (const char* target : {"SCALAR", "SSE2", "SSE4", "AVX2", ""}) {
    if (!limit_simd(target)) continue;
    for (int round = 0; round < 200 && !HasFatalFailure(); ++round) {
      expect_mapped(random, random_long_shape(random, 3, 70));
    }
  }
  limit_simd("");
}

/// Results that are written around the caches, or by way of a transposed operand.
TEST(MapRowsTest, MoreThanTheCachesHold) {
  Random random(test_seed(33));
  for (int round = 0; round < 6 && !HasFatalFailure(); ++round) {
    const Index rows = random_number(random, 1000, 1030);
    expect_mapped(random, {rows, kStreamedBytes / 8 / rows + random_number(random, 1, 40)});
  }
}

TEST(MapRowsTest, AResultMayBeAnOperand) {
  Random random(test_seed(34));
  for (int round = 0; round < 200; ++round) {
    const Index rows = random_number(random, 1, 70), columns = random_number(random, 1, 70);
    Scattered<double> a(random, {rows, columns}, false), b(random, {rows, columns}, true);
    std::vector<double> expected = a.memory;
    for (Index i = 0; i < a.layout.size(); ++i) expected[a.place(i)] -= 2 * b.memory[b.place(i)];
    map_elements<double, double, double>({rows, columns}, {{a.operand(), a.operand(), b.operand()}},
                                         [](double x, double y) { return x - 2 * y; });
    ASSERT_TRUE(a.memory == expected);
  }
}

}  // namespace
}  // namespace cow::internal
