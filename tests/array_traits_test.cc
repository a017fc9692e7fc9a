#include "cow/core/array_traits.h"

#include <string>

#include "cow/tests/array_testing.h"

namespace cow::internal {
namespace {

static_assert(AnyArray<Ints> && AnyArray<const Ints&> && AnyArray<Array<bool>&&>);
static_assert(!AnyArray<Index> && !AnyArray<ElementRef<Index>> && !AnyArray<Ints*>);
static_assert(kIsTemporary<Ints> && !kIsTemporary<Ints&> && !kIsTemporary<const Ints>);
static_assert(AnyScalar<int> && AnyScalar<const double&> && AnyScalar<ElementRef<bool>>);
static_assert(!AnyScalar<std::string> && !AnyScalar<Ints> && !AnyScalar<char32_t>);
static_assert(std::is_same_v<Scalar<const ElementRef<float>&>, float>);
static_assert(std::is_same_v<ReadOnly<int>, int>);
static_assert(std::is_same_v<ReadOnly<std::complex<float>>, const std::complex<float>>);

TEST(ArrayTraitsTest, OnlyTemporariesAreReleased) {
  Ints a = numbered({3});
  release_if_temporary(a);
  release_if_temporary(std::as_const(a));
  EXPECT_EQ(a.size(), 3);
  release_if_temporary(std::move(a));
  EXPECT_EQ(a.size(), 0);
}

TEST(ArrayTraitsTest, NumbersWrapIntoTheArraysType) {
  EXPECT_EQ(scalar_of<std::uint8_t>(300), 44);
  EXPECT_EQ(scalar_of<double>(3), 3.0);
  Ints a = numbered({3});
  EXPECT_EQ(scalar_of<std::int8_t>(a(2)), 2);
}

}  // namespace
}  // namespace cow::internal
