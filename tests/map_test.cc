// Against a loop that reads everything before it writes anything.
#include "cow/core/map.h"

#include <cmath>

#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow {
namespace {

using Numbers = std::vector<Index>;

class MapTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, MapTest, both_modes(), mode_name);

TEST_P(MapTest, ArraysAndNumbersAreBroadcast) {
  const Ints a = numbered({2, 3});
  const auto column = array<double>({{0.5}, {1.5}});
  const Array<double> sums =
      map([](Index x, double y, int z) { return static_cast<double>(x) + y * z; }, a, column, 2);
  EXPECT_EQ(elements_of(sums), (std::vector<double>{1, 2, 3, 6, 7, 8}));
  const Array<bool> large = map([](float limit, Index x) { return x > limit; }, 2.5f, a);
  EXPECT_EQ(elements_of(large), (std::vector<bool>{false, false, false, true, true, true}));
  EXPECT_EQ(map([](Index x) { return x; }, numbered({0, 3})).shape(), Shape({0, 3}));
  EXPECT_EQ(elements_of(map([](Index x) { return -x; }, numbered({}))), Numbers{0});
}

TEST_P(MapTest, WritesViewsInPlaceAndConverts) {
  Ints a = numbered({3, 4});
  map_into(
      a.T()[1], [](double x) { return x * 1.9; }, array<double>({1, 2, 3}));
  EXPECT_EQ(elements_of(a), (Numbers{0, 1, 2, 3, 4, 3, 6, 7, 8, 5, 10, 11}));
  Ints* const same = &map_into(
      a, [](Index x, Index y) { return x * y; }, a, 2);
  EXPECT_EQ(same, &a);
  EXPECT_EQ(elements_of(a[2]), (Numbers{16, 10, 20, 22}));
}

TEST_P(MapTest, RefusesBeforeAnythingChanges) {
  const auto first = [](Index x, auto...) { return x; };
  Ints a = numbered({2, 3});
  EXPECT_THROW(map(first, a, numbered({2})), std::invalid_argument);
  EXPECT_THROW(map(first, Ints()), std::invalid_argument);
  EXPECT_THROW(map_into(a, first, numbered({4, 2, 3})), std::invalid_argument);
  EXPECT_THROW(map_into(a, first, a, numbered({4})), std::invalid_argument);
  const Ints ones_row = numbered({1, 2, 3});
  EXPECT_THROW(map_into(a, first, ones_row), std::invalid_argument);  // as `a += ones_row`
  a.set_writeable(false);
  EXPECT_THROW(map_into(a, first, 1, numbered({3})), ReadOnlyError);
  EXPECT_EQ(elements_of(a), count_up(6));
}

TEST_P(MapTest, NamedArraysOfOtherValuesKeepTheirElements) {
  Ints a = numbered({4});
  const Ints view = a[slice(1, 3)];
  const Ints copy = a.copy();
  map_into(
      a, [](Index x) { return x + 10; }, a);
  EXPECT_EQ(elements_of(a), (Numbers{10, 11, 12, 13}));
  EXPECT_EQ(elements_of(copy), count_up(4));
  EXPECT_EQ(elements_of(view), GetParam() == Mode::kView ? (Numbers{11, 12}) : (Numbers{1, 2}));
}

/// Part of `a` in some orientation.
Ints random_part(Random& random, Ints& a) {
  Ints part = a[random_items(random, a.shape())].ref();
  if (random_number(random, 0, 1) == 0) part = part.T().ref();
  return part;
}

TEST_P(MapTest, OperandsMayOverlapTheResultInAnyWay) {
  Random random(test_seed(31));
  int written = 0;
  for (int round = 0; round < 3000 && !HasFailure(); ++round) {
    Ints a = numbered({6, 6, random_number(random, 1, 5)});
    Ints out = random_part(random, a), x = random_part(random, a), y = random_part(random, a);
    if (random_number(random, 0, 4) == 0) x = out.ref();
    Numbers expected;
    try {
      const Ints sums = x.copy().broadcast_to(out.shape()) * 100 + y.copy();
      if (sums.shape() != out.shape()) continue;
      expected = elements_of(sums);
    } catch (const std::invalid_argument&) {
      continue;
    }
    if (x.ndim() > out.ndim() || y.ndim() > out.ndim()) continue;
    ++written;
    map_into(
        out, [](Index p, Index q, Index factor) { return p * factor + q; }, x, y, 100);
    ASSERT_EQ(elements_of(out), expected)
        << tuple_text(out.shape()) << tuple_text(out.strides()) << " = " << tuple_text(x.strides())
        << ", " << tuple_text(y.strides());
  }
  EXPECT_GT(written, 100);
}

TEST_P(MapTest, WhatIsWrittenThroughAStretchedViewLastRemains) {
  if (GetParam() != Mode::kView) return;
  Ints a = numbered({3});
  Ints rows = a.broadcast_to({2, 3});
  rows.set_writeable(true);
  map_into(
      rows, [](Index x) { return x; }, numbered({2, 3}) + 10);
  EXPECT_EQ(elements_of(a), (Numbers{13, 14, 15}));
}

TEST_P(MapTest, ForeignArraysThatOverlap) {
  Numbers memory = count_up(6);
  const Layout five = Layout::c_order({5}, 8);
  Ints lower = borrow(memory.data(), five), upper = borrow(memory.data() + 1, five);
  map_into(
      upper, [](Index x, Index y) { return 10 * x + y; }, lower, upper);
  EXPECT_EQ(memory, (Numbers{0, 1, 12, 23, 34, 45}));
}

TEST_P(MapTest, SevenArrays) {
  const Ints a = numbered({5});
  const Ints sum = map([](Index p, Index q, Index r, Index s, Index t, Index u,
                          Index v) { return p + q + r + s + t + u + v; },
                       a, a, a, a, a[slice(none, none, -1)], a, a);
  EXPECT_EQ(elements_of(sum), (Numbers{4, 9, 14, 19, 24}));
}

}  // namespace
}  // namespace cow
