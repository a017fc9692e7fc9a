#include "cow/core/promote.h"

#include <cmath>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::internal {
namespace {

using Elements = std::tuple<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t,
                            std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, float,
                            double, std::complex<float>, std::complex<double>>;
template <std::size_t I>
using ElementAt = std::tuple_element_t<I, Elements>;
using All = std::make_index_sequence<kDTypeCount>;

// NumPy's letters for the dtypes, in their order, and `np.promote_types` of each pair.
constexpr const char* kLetters = "?bhiqBHIQfdFD";
constexpr const char* kPromoted[kDTypeCount] = {
    "?bhiqBHIQfdFD", "bbhiqhiqdfdFD", "hhhiqhiqdfdFD", "iiiiqiiqdddDD", "qqqqqqqqdddDD",
    "BhhiqBHIQfdFD", "HiiiqHHIQfdFD", "IqqqqIIIQddDD", "QddddQQQQddDD", "fffddffddfdFD",
    "dddddddddddDD", "FFFDDFFDDFDFD", "DDDDDDDDDDDDD",
};

template <std::size_t I, std::size_t... J>
std::string row(std::index_sequence<J...>) {
  return {kLetters[static_cast<int>(dtype_of<Promoted<ElementAt<I>, ElementAt<J>>>)]...};
}
template <std::size_t... I>
std::vector<std::string> rows(std::index_sequence<I...>) {
  return {row<I>(All())...};
}

TEST(PromoteTest, AsNumPy) { EXPECT_THAT(rows(All()), testing::ElementsAreArray(kPromoted)); }

// The letters of an array's element type beside a C++ bool, int, float and complex number.
template <class T>
std::string with_scalars() {
  const auto letter = [](DType dtype) { return kLetters[static_cast<int>(dtype)]; };
  return {letter(dtype_of<PromotedWithScalar<T, bool>>),
          letter(dtype_of<PromotedWithScalar<T, int>>),
          letter(dtype_of<PromotedWithScalar<T, double>>),
          letter(dtype_of<PromotedWithScalar<T, std::complex<double>>>)};
}

TEST(PromoteTest, ANumberCountsByItsKind) {
  EXPECT_EQ(with_scalars<bool>(), "?qdD");
  EXPECT_EQ(with_scalars<std::uint8_t>(), "BBdD");
  EXPECT_EQ(with_scalars<std::int64_t>(), "qqdD");
  EXPECT_EQ(with_scalars<float>(), "fffF");
  EXPECT_EQ(with_scalars<double>(), "dddD");
  EXPECT_EQ(with_scalars<std::complex<float>>(), "FFFF");
}

TEST(PromoteTest, CastsWrapIntegers) {
  static_assert(cast_element<std::uint8_t>(-1) == 255);
  static_assert(cast_element<std::int8_t>(200) == -56);
  static_assert(cast_element<std::int16_t>(std::uint64_t{1} << 63 | 5) == 5);
  static_assert(cast_element<bool>(256) && !cast_element<bool>(0));
  static_assert(cast_element<int>(true) == 1);
}

TEST(PromoteTest, CastsOfFloats) {
  EXPECT_EQ(cast_element<int>(-2.9), -2);
  EXPECT_EQ(cast_element<std::uint8_t>(255.9), 255);
  EXPECT_EQ(cast_element<std::uint8_t>(-0.9), 0);
  EXPECT_EQ(cast_element<std::int64_t>(-9223372036854775808.0), INT64_MIN);
  EXPECT_TRUE(cast_element<bool>(0.5));
  EXPECT_TRUE(cast_element<bool>(std::nan("")));
  // Beyond the range there is no right answer, but there is one, without a trap (UBSan).
  for (const double beyond :
       {1e300, -1e300, HUGE_VAL, -HUGE_VAL, std::nan(""), 9223372036854775808.0}) {
    EXPECT_EQ(cast_element<std::int64_t>(beyond), INT64_MIN);
    EXPECT_EQ(cast_element<std::int8_t>(beyond), INT8_MIN);
    EXPECT_EQ(cast_element<std::uint32_t>(beyond), 0u);
  }
  EXPECT_EQ(cast_element<std::uint64_t>(18446744073709549568.0), 18446744073709549568u);
  EXPECT_EQ(cast_element<std::int8_t>(128.0f), INT8_MIN);
  EXPECT_EQ(cast_element<std::int8_t>(127.5f), 127);
}

TEST(PromoteTest, CastsOfComplexNumbers) {
  const std::complex<double> z(2.5, -1);
  EXPECT_EQ(cast_element<int>(z), 2);
  EXPECT_EQ(cast_element<std::complex<float>>(z), std::complex<float>(2.5f, -1));
  EXPECT_EQ(cast_element<std::complex<double>>(3), std::complex<double>(3));
  EXPECT_TRUE(cast_element<bool>(std::complex<double>(0, 1)));
}

}  // namespace
}  // namespace cow::internal
