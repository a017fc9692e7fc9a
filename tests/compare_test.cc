// Against the comparison of one pair.
#include "cow/core/compare.h"

#include <limits>
#include <memory>
#include <random>
#include <type_traits>
#include <vector>

#include "cow/tests/array_testing.h"
#include "cow/tests/simd_testing.h"

namespace cow::internal {
namespace {

class CompareTest : public SimdTest {};
INSTANTIATE_TEST_SUITE_P(, CompareTest, all_targets(), target_name);

template <class T>
T random_value(std::mt19937& random) {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_floating_point_v<T>) {
    const T values[] = {T(0),
                        -T(0),
                        T(1),
                        T(-1),
                        T(1.5),
                        Limits::quiet_NaN(),
                        Limits::infinity(),
                        -Limits::infinity(),
                        Limits::denorm_min()};
    return values[random() % std::size(values)];
  } else {
    const T values[] = {0, 1, -1, 2, Limits::min(), Limits::max()};
    return values[random() % std::size(values)];
  }
}

template <class Fn, class T>
void compare_each(std::mt19937& random) {
  const Index count = static_cast<Index>(random() % 300);
  const int kind = static_cast<int>(random() % 3);
  const Index a_step = kind == 1 ? 0 : 1, b_step = kind == 2 ? 0 : 1;
  std::vector<T> a(static_cast<std::size_t>(a_step == 0 ? 1 : count));
  std::vector<T> b(static_cast<std::size_t>(b_step == 0 ? 1 : count));
  for (T& value : a) value = random_value<T>(random);
  for (T& value : b) value = random_value<T>(random);
  const auto out = std::make_unique<bool[]>(static_cast<std::size_t>(count));
  compare_elements(Comparison<Fn>(), a.data(), a_step, b.data(), b_step, count, out.get());
  for (Index i = 0; i < count; ++i) {
    const T x = a[static_cast<std::size_t>(i * a_step)],
            y = b[static_cast<std::size_t>(i * b_step)];
    ASSERT_EQ(out[static_cast<std::size_t>(i)], Comparison<Fn>()(x, y)) << x << ", " << y;
  }
}

template <class Fn>
void compare_each_type() {
  std::mt19937 random(static_cast<unsigned>(test_seed(41)));
  for (int round = 0; round < 60; ++round) {
    compare_each<Fn, float>(random);
    compare_each<Fn, double>(random);
    compare_each<Fn, std::int32_t>(random);
    compare_each<Fn, std::int64_t>(random);
  }
}

TEST_P(CompareTest, AsPairByPair) {
  compare_each_type<std::equal_to<>>();
  compare_each_type<std::not_equal_to<>>();
  compare_each_type<Less>();
  compare_each_type<LessOrEqual>();
  compare_each_type<Greater>();
  compare_each_type<GreaterOrEqual>();
}

}  // namespace
}  // namespace cow::internal
