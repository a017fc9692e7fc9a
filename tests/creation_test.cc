#include "cow/core/creation.h"

#include <limits>

#include "cow/tests/array_testing.h"

namespace cow {
namespace {

template <class E>
concept HasARange = requires {
  arange<E>(E(0), E(3));
};
static_assert(HasARange<double> && HasARange<std::uint8_t>);
static_assert(!HasARange<bool> && !HasARange<std::complex<double>>);

TEST(CreationTest, Braces) {
  EXPECT_EQ(array<int>(5).ndim(), 0);
  EXPECT_EQ(array<int>({5}).shape(), (Dims{1}));
  EXPECT_EQ(array<int>({{5}}).shape(), (Dims{1, 1}));
  const Array<double> a = array<double>({{1, 2, 3}, {4, 5, 6}});
  EXPECT_EQ(a.shape(), (Dims{2, 3}));
  EXPECT_EQ(elements_of(a), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(array<int>({{{1, 2}}, {{3, 4}}}).shape(), (Dims{2, 1, 2}));
  EXPECT_EQ(array<bool>({true, false}).size(), 2);
  using C = std::complex<double>;
  EXPECT_EQ(array<C>({C(1, 2), C(3, 4)}).shape(), (Dims{2}));
  EXPECT_THROW(array<int>({{1, 2}, {3}}), std::invalid_argument);
  EXPECT_THROW(array<int>({{1, 2}, 3}), std::invalid_argument);
}

TEST(CreationTest, Constants) {
  EXPECT_EQ(elements_of(zeros<float>({2})), (std::vector<float>{0, 0}));
  EXPECT_EQ(elements_of(ones<std::uint8_t>({2, 1})), (std::vector<std::uint8_t>{1, 1}));
  EXPECT_EQ(elements_of(full<int>({}, 7)), (std::vector<int>{7}));
  EXPECT_EQ(empty<int>({3, 0, 2}).size(), 0);
  EXPECT_EQ(empty<int>({3, 2}).strides(), (Dims{8, 4}));
  EXPECT_EQ(elements_of(eye<int>(2)), (std::vector<int>{1, 0, 0, 1}));
  EXPECT_EQ(eye<int>(0).shape(), (Dims{0, 0}));
  EXPECT_THROW(zeros<int>({-1}), std::invalid_argument);
  EXPECT_THROW(eye<int>(-1), std::invalid_argument);
  EXPECT_THROW(zeros<int>({Index{1} << 40, Index{1} << 40}), std::invalid_argument);
}

TEST(CreationTest, ARangeOfIntegers) {
  EXPECT_EQ(elements_of(arange<Index>(4)), count_up(4));
  EXPECT_EQ(elements_of(arange<int>(1, 8, 3)), (std::vector<int>{1, 4, 7}));
  EXPECT_EQ(elements_of(arange<int>(3, -4, -3)), (std::vector<int>{3, 0, -3}));
  EXPECT_EQ(arange<int>(3, 3).size(), 0);
  EXPECT_EQ(arange<int>(3, 1).size(), 0);
  EXPECT_EQ(arange<int>(1, 3, -1).size(), 0);
  EXPECT_EQ(arange<std::uint8_t>(0, 255, 100).size(), 3);
  EXPECT_EQ(elements_of(arange<std::int8_t>(-128, 127, 127)),
            (std::vector<std::int8_t>{-128, -1, 126}));
  constexpr Index kLowest = std::numeric_limits<Index>::min();
  constexpr Index kHighest = std::numeric_limits<Index>::max();
  EXPECT_EQ(elements_of(arange<Index>(kLowest, kHighest, kHighest)),
            (std::vector<Index>{kLowest, -1, kHighest - 1}));
  EXPECT_EQ(elements_of(arange<Index>(kHighest, kLowest, kLowest)),
            (std::vector<Index>{kHighest, -1}));
  EXPECT_THROW(arange<int>(0, 1, 0), std::invalid_argument);
  EXPECT_THROW(arange<Index>(kLowest, kHighest), std::invalid_argument);
}

TEST(CreationTest, ARangeOfFloats) {
  EXPECT_EQ(elements_of(arange<double>(0, 1, 0.25)), (std::vector<double>{0, 0.25, 0.5, 0.75}));
  EXPECT_EQ(arange<double>(0, 1, 0.1).size(), 10);
  EXPECT_EQ(arange<float>(1, 0, -0.5f).size(), 2);
  EXPECT_EQ(arange<double>(1, 0).size(), 0);
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THROW(arange<double>(infinity), std::invalid_argument);
  EXPECT_THROW(arange<double>(std::nan("")), std::invalid_argument);
  EXPECT_THROW(arange<double>(0, 1, 0), std::invalid_argument);
  EXPECT_THROW(arange<double>(0, 1, 1e-30), std::invalid_argument);
  EXPECT_EQ(arange<double>(0, 1, infinity).size(), 0);
}

TEST(CreationTest, FromASpan) {
  std::vector<int> elements{1, 2, 3, 4, 5, 6};
  const Array<int> a = from_span<int>(elements, {2, -1});
  elements[0] = 9;
  EXPECT_EQ(a(0, 0), 1);
  EXPECT_EQ(a.shape(), (Dims{2, 3}));
  EXPECT_THROW(from_span<int>(elements, {4}), std::invalid_argument);
}

TEST(CreationTest, SafeModifyLeavesItsArgument) {
  const Ints a = numbered({3});
  const Index sum = safe_modify(a, [](Ints& copy) {
    copy.fill(5);
    return copy.sum();
  });
  EXPECT_EQ(sum, 15);
  EXPECT_EQ(elements_of(a), count_up(3));
}

}  // namespace
}  // namespace cow
