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

TEST_P(ElementRefTest, OnceWrittenByNameAnArrayActsForItself) {
  Ints a = numbered({4});
  Ints part = a[slice(2, 4)];
  a(0) = 10;  // in copy-on-write mode to memory of its own: `part` is alone with the other
  part(0) = 30;
  std::move(part)(1) = 40;
  EXPECT_EQ(elements_of(part), (Numbers{30, 40}));
  EXPECT_EQ(elements_of(a), copies_on_write() ? (Numbers{10, 1, 2, 3}) : (Numbers{10, 1, 30, 40}));
}

TEST_P(ElementRefTest, AWriteBySoleOwnersLeavesSharersAlone) {
  Ints a = numbered({3});
  a(0) = 10;
  {
    Ints copy = a.copy();
    copy(0) = 11;
    const Ints shared = a;
    a(1) = 20;
    EXPECT_EQ(elements_of(shared), copies_on_write() ? (Numbers{10, 1, 2}) : (Numbers{10, 20, 2}));
  }
  a(2) = 30;
  Ints alias = a.ref();
  alias(0) = 40;
  a(1) = 50;
  EXPECT_EQ(elements_of(alias), (Numbers{40, 50, 30}));
  a.set_writeable(false);
  EXPECT_THROW(a(0) = 1, ReadOnlyError);
  EXPECT_EQ(elements_of(a), (Numbers{40, 50, 30}));
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
