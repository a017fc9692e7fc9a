#include "cow/core/positions.h"

#include <cstdint>
#include <limits>
#include <type_traits>

#include "cow/tests/array_testing.h"

namespace cow {
namespace {

using internal::Positions;
using Numbers = std::vector<Index>;

TEST(PositionsTest, ReferToAListAndToAnArrayOfPlainPositions) {
  const IndexList list = index_list({2, -1});
  Positions of_list(list);
  EXPECT_EQ(of_list.list().data(), list.positions().data());
  EXPECT_EQ(numbers_of(of_list.shape()), (Numbers{2}));
  const Ints array = numbered({2, 3});
  Positions of_array(array);
  EXPECT_EQ(static_cast<const void*>(of_array.list().data()), address_of(array));
  EXPECT_EQ(of_array.list().size(), 6u);
  EXPECT_EQ(numbers_of(of_array.shape()), (Numbers{2, 3}));
  EXPECT_TRUE(of_array.take_own().empty());
}

template <class E>
class PositionsOfTest : public testing::Test {};
using Integers = testing::Types<std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t,
                                std::uint16_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(PositionsOfTest, Integers);

TYPED_TEST(PositionsOfTest, OtherArraysAreReadInCOrder) {
  using E = TypeParam;
  constexpr E kMost = std::is_same_v<E, std::uint64_t>
                          ? static_cast<E>(std::numeric_limits<Index>::max())
                          : std::numeric_limits<E>::max();
  const auto least = std::is_signed_v<E> ? E(std::numeric_limits<E>::min() + 1) : E(7);
  const Array<E> a = array<E>({{1, least}, {kMost, 4}});
  Positions positions(a.T());
  const Numbers expected = {1, static_cast<Index>(kMost), static_cast<Index>(least), 4};
  EXPECT_EQ(numbers_of(positions.list()), expected);
  EXPECT_EQ(positions.take_own(), expected);
}

TEST(PositionsTest, NumbersThatAreTooLargeStayTooLarge) {
  const Array<std::uint64_t> a = full<std::uint64_t>({1}, std::uint64_t{1} << 63);
  EXPECT_EQ(Positions(a).list()[0], std::numeric_limits<Index>::max());
}

}  // namespace
}  // namespace cow
