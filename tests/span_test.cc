#include "cow/core/span.h"

#include <type_traits>

#include "cow/tests/array_testing.h"

namespace cow {
namespace {

static_assert(Span<Index, 2>::rank() == 2);
static_assert(!std::is_copy_constructible_v<Span<Index, 1>>);
static_assert(std::is_nothrow_move_constructible_v<Span<Index, 1>>);
static_assert(std::is_same_v<decltype(std::declval<Ints&>().span<1>()), Span<const Index, 1>>);
template <class A>
concept SpansOfATemporary = requires(A a) {
  std::move(a).template mutable_span<1>();
};
static_assert(SpansOfATemporary<Ints> && !SpansOfATemporary<const Ints>);
template <class S>
concept WrittenAt = requires(S s) {
  s(0) = Index{1};
};
static_assert(WrittenAt<Span<Index, 1>> && !WrittenAt<Span<const Index, 1>>);

class SpanTest : public ModeTest {};
INSTANTIATE_TEST_SUITE_P(, SpanTest, both_modes(), mode_name);

TEST_P(SpanTest, IndexedAsTheArray) {
  Ints a = numbered({2, 3});
  const Span<const Index, 2> span = a.T().span<2>();
  EXPECT_EQ(span.extent(0), 3);
  EXPECT_EQ(span.extent(1), 2);
  EXPECT_EQ(span.stride_bytes(0), 8);
  EXPECT_EQ(span.size(), 6);
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 2; ++j) EXPECT_EQ(span(i, j), 3 * j + i);
  }
  EXPECT_EQ(span.data(), address_of(a));
}

TEST_P(SpanTest, WritesWhatItsArrayHas) {
  Ints a = numbered({2, 3});
  Ints column = a[{all, 1}];
  {
    const Span<Index, 1> span = column.mutable_span<1>();
    for (Index i = 0; i < span.extent(0); ++i) span(i) = -i;
  }
  EXPECT_EQ(elements_of(column), (std::vector<Index>{0, -1}));
  EXPECT_EQ(a(1, 1), copies_on_write() ? 4 : -1);
  a[1].mutable_span<1>()(2) = 50;  // a temporary acts for `a`
  EXPECT_EQ(a(1, 2), 50);
}

TEST_P(SpanTest, OfRankZeroAndWithoutElements) {
  Ints a = numbered({});
  a.mutable_span<0>()() = 7;
  EXPECT_EQ(a.span<0>()(), 7);
  EXPECT_EQ((zeros<Index>({2, 0}).span<2>().size()), 0);
}

TEST_P(SpanTest, OfTheWrongRank) {
  Ints a = numbered({2, 3});
  EXPECT_THROW(a.span<1>(), std::invalid_argument);
  EXPECT_THROW(a.mutable_span<3>(), std::invalid_argument);
}

TEST_P(SpanTest, IsMovedAndOutlivesItsArray) {
  Ints a = numbered({3});
  Span<const Index, 1> span = a.span<1>();
  const Span<const Index, 1> moved = std::move(span);
  a = Ints();
  EXPECT_EQ(moved(2), 2);
}

}  // namespace
}  // namespace cow
