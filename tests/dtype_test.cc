#include "cow/core/dtype.h"

#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace cow {
namespace {

static_assert(Element<bool> && Element<signed char> && Element<unsigned char> && Element<char>);
static_assert(Element<short> && Element<unsigned> && Element<long> && Element<unsigned long long>);
static_assert(Element<float> && Element<double>);
static_assert(Element<std::complex<float>> && Element<std::complex<double>>);
static_assert(!Element<long double> && !Element<std::complex<long double>>);
static_assert(!Element<char32_t> && !Element<wchar_t> && !Element<void*>);
static_assert(dtype_of<long> == DType::kInt64 && dtype_of<long long> == DType::kInt64);
static_assert(dtype_of<bool> == DType::kBool && dtype_of<unsigned char> == DType::kUInt8);

template <class T>
class DTypeTest : public testing::Test {};

using Elements = testing::Types<bool, std::int8_t, std::int16_t, std::int32_t, std::int64_t,
                                std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, float,
                                double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(DTypeTest, Elements);

TYPED_TEST(DTypeTest, SizeIsThatOfTheCppType) {
  EXPECT_EQ(dtype_size_bytes(dtype_of<TypeParam>), static_cast<Index>(sizeof(TypeParam)));
}

TYPED_TEST(DTypeTest, NameSaysKindAndBits) {
  const std::string_view name = dtype_name(dtype_of<TypeParam>);
  if (std::is_same_v<TypeParam, bool>) {
    EXPECT_EQ(name, "bool");
    return;
  }
  const char* kind = std::is_floating_point_v<TypeParam> ? "float"
                     : std::is_signed_v<TypeParam>       ? "int"
                     : std::is_unsigned_v<TypeParam>     ? "uint"
                                                         : "complex";
  EXPECT_EQ(name, kind + std::to_string(8 * sizeof(TypeParam)));
}

}  // namespace
}  // namespace cow
