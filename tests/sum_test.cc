// Against loops, and against exact sums.
#include "cow/core/sum.h"

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "cow/tests/array_testing.h"
#include "cow/tests/simd_testing.h"

namespace cow::internal {
namespace {

using Random = std::mt19937_64;

Index number(Random& random, Index lowest, Index highest) {
  return std::uniform_int_distribution<Index>(lowest, highest)(random);
}

template <class From, class Sum>
void read_block(const std::byte* from, Index stride, Index count, Sum* block) {
  for (Index i = 0; i < count; ++i) {
    block[i] = static_cast<Sum>(*reinterpret_cast<const From*>(from + i * stride));
  }
}

/// Sums of a plane of `From`s, `rows` by `columns`, whose elements and sums lie at random strides.
template <class From, class Sum>
void compare_with_loop(Random& random) {
  const Index rows = number(random, 1, 20), columns = number(random, 1, 1500);
  const Index step = number(random, 0, 1) == 0 ? 1 : number(random, 1, 3);
  const Index sums_step = number(random, 0, 1) == 0 ? 1 : 2;
  SummedAxis outer{rows, columns * step * Index{sizeof(From)}, 0};
  SummedAxis inner{columns, step * Index{sizeof(From)}, 0};
  const int kind = static_cast<int>(number(random, 0, 3));  // which axes are summed
  if (kind & 1) inner.to = sums_step * Index{sizeof(Sum)};
  if (kind & 2) outer.to = sums_step * Index{sizeof(Sum)} * ((kind & 1) ? columns : 1);
  std::vector<From> elements(static_cast<std::size_t>(rows * columns * step));
  // Small whole numbers: their sums are exact.
  for (From& element : elements) element = static_cast<From>(number(random, -100, 100));
  std::vector<Sum> sums(static_cast<std::size_t>(rows * columns * sums_step), Sum(5));
  std::vector<Sum> expected = sums;
  for (Index i = 0; i < rows; ++i) {
    for (Index k = 0; k < columns; ++k) {
      const Index to = (i * outer.to + k * inner.to) / Index{sizeof(Sum)};
      expected[static_cast<std::size_t>(to)] +=
          static_cast<Sum>(elements[static_cast<std::size_t>((i * columns + k) * step)]);
    }
  }
  add_to_sums<Sum>(reinterpret_cast<const std::byte*>(elements.data()),
                   reinterpret_cast<std::byte*>(sums.data()), outer, inner, &read_block<From, Sum>,
                   std::is_same_v<From, Sum> && step == 1);
  EXPECT_EQ(sums, expected) << rows << " by " << columns << ", step " << step << ", kind " << kind;
}

class SumTest : public SimdTest {};
INSTANTIATE_TEST_SUITE_P(, SumTest, all_targets(), target_name);

TEST_P(SumTest, AddsAsALoop) {
  Random random(test_seed(11));
  for (int round = 0; round < 200; ++round) {
    compare_with_loop<float, float>(random);
    compare_with_loop<double, double>(random);
    compare_with_loop<std::complex<float>, std::complex<float>>(random);
    compare_with_loop<std::complex<double>, std::complex<double>>(random);
    compare_with_loop<std::uint64_t, std::uint64_t>(random);
    compare_with_loop<std::int8_t, std::uint64_t>(random);
    compare_with_loop<std::int16_t, double>(random);
  }
}

template <class Real>
std::vector<Real> random_reals(Random& random, Index count) {
  std::vector<Real> reals;
  for (Index i = 0; i < count; ++i) {
    const auto magnitude = static_cast<Real>(number(random, 1, 1 << 24));
    reals.push_back(std::ldexp(magnitude, static_cast<int>(number(random, -30, 6))));
  }
  return reals;
}

/// Of reals, or of complex numbers made of them.
template <class Sum, class Real>
Sum sum_of(const std::vector<Real>& reals) {
  Sum sum{};
  const Index count = std::ssize(reals) * Index{sizeof(Real)} / Index{sizeof(Sum)};
  add_to_sums<Sum>(reinterpret_cast<const std::byte*>(reals.data()),
                   reinterpret_cast<std::byte*>(&sum), {}, {count, sizeof(Sum), 0},
                   &read_block<Sum, Sum>, true);
  return sum;
}

template <class Real>
void compare_targets(Random& random) {
  const auto reals = random_reals<Real>(random, 2 * number(random, 1, 3000));
  const Real real = sum_of<Real>(reals);
  const auto complex = sum_of<std::complex<Real>>(reals);
  limit_simd("SCALAR");
  EXPECT_EQ(real, sum_of<Real>(reals)) << reals.size();
  EXPECT_EQ(complex, sum_of<std::complex<Real>>(reals)) << reals.size();
}

TEST_P(SumTest, IsTheSameToTheBitAsOnTheScalarTarget) {
  Random random(test_seed(12));
  for (int round = 0; round < 200; ++round) {
    limit_simd(GetParam());
    compare_targets<float>(random);
    limit_simd(GetParam());
    compare_targets<double>(random);
  }
}

/// The sum without any rounding but the last: a list of reals that do not overlap, as Python's
/// `fsum` keeps it (Shewchuk, 1997).
template <class Real>
long double exact_sum(const std::vector<Real>& reals) {
  std::vector<double> parts;
  for (double x : reals) {
    std::size_t kept = 0;
    for (double y : parts) {
      if (std::abs(x) < std::abs(y)) std::swap(x, y);
      const volatile double high = x + y;
      const volatile double low = y - (high - x);
      if (low != 0) parts[kept++] = low;
      x = high;
    }
    parts.resize(kept);
    parts.push_back(x);
  }
  long double sum = 0;
  for (double part : parts) sum += part;
  return sum;
}

template <class Real>
void expect_small_error(const std::vector<Real>& reals) {
  const long double exact = exact_sum(reals);
  long double magnitude = 0;
  for (Real real : reals) magnitude += std::abs(real);
  // NumPy's sum has at most so many additions one after the other: 15 to one of the 8 sums of a
  // block, 3 of these together, 7 of what is left over, the halvings.
  const double halvings = std::max(0.0, std::ceil(std::log2(std::ssize(reals) / 128.0)));
  const double depth = 15 + 3 + 7 + halvings;
  const double epsilon = std::numeric_limits<Real>::epsilon() / 2;
  EXPECT_LE(std::abs(static_cast<long double>(sum_of<Real>(reals)) - exact),
            depth * epsilon * magnitude)
      << reals.size();
}

TEST_P(SumTest, IsAsCloseToTheExactSumAsNumPys) {
  Random random(test_seed(13));
  for (Index count : {7, 31, 100, 128, 513, 1000, 100000, 1000000}) {
    expect_small_error(random_reals<float>(random, count));
    expect_small_error(random_reals<double>(random, count));
    // What a sum one by one rounds in one direction.
    expect_small_error(std::vector<float>(static_cast<std::size_t>(count), 0.1f));
    expect_small_error(std::vector<double>(static_cast<std::size_t>(count), 0.1));
  }
}

}  // namespace
}  // namespace cow::internal
