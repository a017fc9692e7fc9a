#include "cow/core/format_float.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <type_traits>

#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"
#include "gtest/gtest.h"

namespace cow::internal {
namespace {

template <class Real>
std::vector<std::string> column(const std::vector<Real>& values, bool plus = false) {
  const FloatColumn<Real> texts(values.data(), values.size(), 1, plus);
  std::vector<std::string> written;
  for (std::size_t i = 0; i < values.size(); ++i) {
    written.emplace_back(texts.width(), '?');
    texts.write(i, written.back().data());
  }
  return written;
}

template <class Real>
std::string scalar(Real value, bool plus = false, bool point_zero = true) {
  std::string text = "x";
  append_float_scalar(value, plus, point_zero, &text);
  return text;
}

using Texts = std::vector<std::string>;

TEST(FloatColumn, IsOneNotationAndAlignsThePoints) {
  constexpr double kInf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(column<double>({1, 2.5}), (Texts{"1. ", "2.5"}));
  EXPECT_EQ(column<double>({-1, 10}), (Texts{"-1.", "10."}));
  EXPECT_EQ(column<double>({1, 2}, true), (Texts{"+1.", "+2."}));
  EXPECT_EQ(column<double>({1e16, 1}), (Texts{"1.e+16", "1.e+00"}));
  EXPECT_EQ(column<double>({1, kInf, std::nan("")}), (Texts{" 1.", "inf", "nan"}));
  EXPECT_EQ(column<double>({0.1, 100 / 3.0}), (Texts{" 0.1       ", "33.33333333"}));
}

TEST(FloatColumn, ReadsEveryStepthValue) {
  const double values[] = {1, 1e300, 2};
  const FloatColumn<double> texts(values, 2, 2, false);
  std::string text(texts.width(), '?');
  texts.write(1, text.data());
  EXPECT_EQ(text, "2.");
}

TEST(FloatScalar, KnowsSignsAndNotations) {
  EXPECT_EQ(scalar(1.0), "x1.0");
  EXPECT_EQ(scalar(1.0, false, false), "x1");
  EXPECT_EQ(scalar(-0.0), "x-0.0");
  EXPECT_EQ(scalar(0.5, true), "x+0.5");
  EXPECT_EQ(scalar(1e16), "x1e+16");
  EXPECT_EQ(scalar(0.1f), "x0.1");
}

/// Of any bits: the value again from its text, which has no digit too many.
template <class Real>
void check_random_scalars() {
  using Bits = std::conditional_t<sizeof(Real) == 4, std::uint32_t, std::uint64_t>;
  Random random(test_seed(20241124));
  for (int round = 0; round < 100000; ++round) {
    Real value = std::bit_cast<Real>(static_cast<Bits>(random()));
    if (round % 2 == 0)
      value = static_cast<Real>(std::ldexp(value < 0 ? -1.7 : 1.3, round % 70 - 20));
    if (!std::isfinite(value)) continue;
    const std::string text = scalar(value).substr(1);
    const Real back = sizeof(Real) == 4 ? static_cast<Real>(std::strtof(text.c_str(), nullptr))
                                        : static_cast<Real>(std::strtod(text.c_str(), nullptr));
    ASSERT_EQ(std::bit_cast<Bits>(back), std::bit_cast<Bits>(value)) << text;
    const Real magnitude = std::abs(value);
    const bool is_far = magnitude != 0 && (magnitude >= Real(1e16) || magnitude < Real(1e-4));
    ASSERT_EQ(text.find('e') != std::string::npos, is_far) << text;
  }
}

TEST(FloatScalar, TellsDoublesApart) { check_random_scalars<double>(); }
TEST(FloatScalar, TellsFloatsApart) { check_random_scalars<float>(); }

TEST(FloatColumn, IsAsWideAsItSaysAndKeepsEightDigits) {
  Random random(test_seed(20241124));
  for (int round = 0; round < 20000; ++round) {
    std::vector<double> values;
    const Index scale = random_number(random, -30, 30);
    for (Index i = random_number(random, 1, 5); i > 0; --i) {
      const double mantissa = static_cast<double>(random_number(random, -9999, 9999)) / 7;
      values.push_back(std::ldexp(mantissa, static_cast<int>(scale + random_number(random, 0, 5))));
    }
    double largest = 0;
    for (double value : values) largest = std::max(largest, std::abs(value));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string text = column(values)[i];
      const double back = std::strtod(text.c_str(), nullptr);
      // Half of the eighth digit after the point, of the mantissa in scientific notation.
      const bool is_scientific = text.find('e') != std::string::npos;
      const double unit = is_scientific && values[i] != 0
                              ? std::pow(10, std::floor(std::log10(std::abs(values[i]))))
                              : 1;
      ASSERT_LE(std::abs(back - values[i]), 0.51e-8 * unit + 1e-15 * largest) << text;
    }
  }
}

}  // namespace
}  // namespace cow::internal
