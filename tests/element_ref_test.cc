#include "cow/core/element_ref.h"

#include <sstream>
#include <type_traits>

#include "cow/tests/array_testing.h"

namespace cow {
namespace {

using Numbers = std::vector<Index>;

// A kept reference cannot be written by mistake, as `auto x = a(0); x = 5;`.
static_assert(!std::is_assignable_v<ElementRef<Index>&, Index>);
static_assert(std::is_assignable_v<ElementRef<Index>, Index>);
static_assert(std::is_convertible_v<ElementRef<Index>, Index>);
static_assert(std::is_same_v<decltype(std::declval<const Ints&>()(0)), Index>);
template <class E>
concept AssignableFromConst = requires(const Array<E>& a) {
  a(0) = E();
};
static_assert(!AssignableFromConst<int> && !AssignableFromConst<std::complex<double>>);

class ElementRefTest : public ModeTest {};
INSTANTIATE_TEST_SUITE_P(, ElementRefTest, both_modes(), mode_name);

TEST_P(ElementRefTest, ReadsAndWrites) {
  Ints a = numbered({2, 3});
  a(0, 0) = 10;
  a(-1, -1) += 5;
  a(1, 0) -= 1;
  a(1, 1) *= 2;
  a(0, 2) = 7;
  a(0, 1) = a(0, 2);
  EXPECT_EQ(elements_of(a), (Numbers{10, 7, 7, 2, 8, 10}));
  const Index read = a(1, 2);
  EXPECT_EQ(read, std::as_const(a)(1, 2));
  a(std::uint8_t{1}, std::int16_t{-3}) = read + a(0, 0);
  EXPECT_EQ(a(1, 0), 20);
}

TEST_P(ElementRefTest, AssignmentBetweenElementsCopiesTheValue) {
  Ints a = numbered({3});
  Array<float> f = full<float>({1}, 2.5f);
  a(0) = a(2);
  a(1) = f(0);
  EXPECT_EQ(elements_of(a), (Numbers{2, 2, 2}));
}

TEST_P(ElementRefTest, PositionsAreChecked) {
  Ints a = numbered({2, 3});
  EXPECT_THROW(a(2, 0), std::out_of_range);
  EXPECT_THROW(a(0, -4), std::out_of_range);
  EXPECT_THROW(a(0), std::out_of_range);
  EXPECT_THROW(a(0, 0, 0), std::out_of_range);
  EXPECT_THROW(a(), std::out_of_range);
  EXPECT_THROW(std::as_const(a)(0, 3), std::out_of_range);
  EXPECT_THROW(a(~std::uint64_t{0}, 0), std::out_of_range);
  EXPECT_THROW(zeros<int>({0})(0), std::out_of_range);
}

TEST_P(ElementRefTest, AWriteThatRearrangesHitsItsElement) {
  Ints a = numbered({4, 6});
  for (const auto& items : {std::vector<IndexItem>{all, 1},
                            {slice(none, none, -2), slice(1, 2)},
                            {newaxis, slice(none, none, 3)}}) {
    Ints v = a[items];
    Numbers expected = elements_of(v);
    const Index last = v.size() - 1;
    expected[static_cast<std::size_t>(last)] += 100;
    switch (v.ndim()) {
      case 1:
        v(-1) += 100;
        break;
      case 2:
        v(-1, -1) += 100;
        break;
      case 3:
        v(-1, -1, -1) += 100;
        break;
    }
    EXPECT_EQ(elements_of(v), expected);
  }
}

TEST_P(ElementRefTest, Prints) {
  Ints a = numbered({3});
  std::ostringstream out;
  out << a(2);
  EXPECT_EQ(out.str(), "2");
}

TEST_P(ElementRefTest, ComplexElements) {
  using C = std::complex<double>;
  Array<C> a = full<C>({2}, C(1, 2));
  a(0) *= C(0, 1);
  a(1) /= 2.0;
  EXPECT_EQ(C(a(0)), C(-2, 1));
  EXPECT_EQ(C(a(1)), C(0.5, 1));
}

}  // namespace
}  // namespace cow
