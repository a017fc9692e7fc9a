// Against the numbers, in C order, of the elements that a loop finds.
#include "cow/core/select.h"

#include <limits>

#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow {
namespace {

using Numbers = std::vector<Index>;

class SelectTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, SelectTest, both_modes(), mode_name);

TEST_P(SelectTest, MasksTakeAndPutWhereTheyAreTrue) {
  Random random(test_seed(8));
  for (int round = 0; round < 200; ++round) {
    Ints a = numbered(random_shape(random, 3));
    const Index covered = random_number(random, 0, a.ndim());
    const Shape first = a.shape().first(static_cast<std::size_t>(covered));
    Array<bool> mask = zeros<bool>(first);
    const Index count = mask.size(), inner = count == 0 ? 0 : a.size() / count;
    Numbers taken, put = elements_of(a);
    Array<bool> flat = mask.reshape({-1}).ref();
    for (Index i = 0; i < count; ++i) {
      if (random_number(random, 0, 1) == 0) continue;
      flat(i) = true;
      for (Index k = i * inner; k < (i + 1) * inner; ++k) {
        taken.push_back(k);
        put[static_cast<std::size_t>(k)] = -1;
      }
    }
    mask = flat.reshape(numbers_of(first));
    EXPECT_EQ(elements_of(a[mask]), taken);
    Ints other = a;
    a.put(mask, -1);
    EXPECT_EQ(elements_of(a), put);
    EXPECT_EQ(elements_of(other), copies_on_write() ? count_up(a.size()) : put);
  }
}

TEST_P(SelectTest, ListsCountFromEitherEndOfAnyAxis) {
  Ints a = numbered({3, 4, 2});
  const Numbers list{-1, 0, 2, -3, 0};
  const Ints positions = from_span<Index>(list, {-1});
  for (int axis = 0; axis < 2; ++axis) {
    const Ints taken = a.take(positions.astype<std::int8_t>(), axis - 3);
    for (int i = 0; i < 5; ++i) {
      const Index from = list[static_cast<std::size_t>(i)];
      EXPECT_EQ(elements_of(axis == 0 ? taken[i] : taken[{all, i}]),
                elements_of(axis == 0 ? a[from] : a[{all, from}]));
    }
    EXPECT_THROW(a.take(positions + 4, axis), std::out_of_range);
  }
  const Ints rows = a[index_list(list)];
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(elements_of(rows[i]), elements_of(a[list[static_cast<std::size_t>(i)]]));
  }
  EXPECT_EQ(numbers_of(a[positions.reshape({5, 1})].shape()), (Numbers{5, 1, 4, 2}));
  a[index_list({-1})] = 7;
  EXPECT_EQ(elements_of(a[2]), Numbers(8, 7));
  EXPECT_EQ(elements_of(a[slice(0, 2)]), count_up(16));
  EXPECT_EQ(a[index_list({})].size(), 0);
}

/// A matrix of numbers that tell elements apart, or a view of one in another order.
template <class E>
Array<E> random_matrix(Random& random, Index rows, Index columns) {
  const auto number = [&](Shape shape) {
    Array<Index> numbers = numbered(shape) * 7;
    return numbers.astype<E>();
  };
  switch (random_number(random, 0, 2)) {
    case 0:
      return number({rows, columns});
    case 1:
      return number({columns, rows}).T();
    default:
      return number({rows, 2 * columns})[{slice(none, none, -1), slice(none, none, 2)}];
  }
}

/// Masks and positions of more elements than a word has bits or a vector has lanes.
template <class E>
void take_and_put_many(Random& random) {
  const Index rows = random_number(random, 1, 30), columns = random_number(random, 1, 30);
  Array<E> a = random_matrix<E>(random, rows, columns);
  const std::vector<E> elements = elements_of(a);

  const Index percent = random_number(random, 0, 100);
  const bool by_row = random_number(random, 0, 3) == 0;
  Array<Index> chosen = random_matrix<Index>(random, rows, columns);
  chosen *= 0;
  const Index count = by_row ? rows : rows * columns, inner = by_row ? columns : 1;
  std::vector<E> taken, put = elements;
  for (Index i = 0; i < count; ++i) {
    if (random_number(random, 1, 100) > percent) continue;
    by_row ? chosen(i, 0) = 1 : chosen(i / columns, i % columns) = 1;
    for (Index k = i * inner; k < (i + 1) * inner; ++k) {
      taken.push_back(elements[static_cast<std::size_t>(k)]);
      put[static_cast<std::size_t>(k)] = E(1);
    }
  }
  Array<bool> mask = chosen.T() != 0;  // in one order or the other
  mask = mask.T();
  if (by_row) mask = mask[{all, 0}];
  EXPECT_EQ(elements_of(a[mask]), taken);
  EXPECT_EQ(elements_of(std::as_const(a)[mask]), taken);
  const Array<E> original = a.copy();
  a[mask] = 1;
  EXPECT_EQ(elements_of(a), put);
  a.put(mask, original[mask]);
  EXPECT_EQ(elements_of(a), elements);

  const Index length = random_number(random, 0, 100);
  const Index axis = random_number(random, 0, 1),
              extent = a.shape()[static_cast<std::size_t>(axis)];
  Numbers list;
  for (Index i = 0; i < length; ++i) list.push_back(random_number(random, 0, extent - 1));
  Array<Index> positions = from_span<Index>(list, {length});
  if (random_number(random, 0, 1) == 0) {
    for (Index i = 0; i < length; i += 3) positions(i) -= extent;
  }
  std::vector<E> along;
  for (Index i = 0; i < (axis == 0 ? length : rows); ++i) {
    for (Index k = 0; k < (axis == 0 ? columns : length); ++k) {
      const Index row = axis == 0 ? list[static_cast<std::size_t>(i)] : i;
      const Index column = axis == 0 ? k : list[static_cast<std::size_t>(k)];
      along.push_back(elements[static_cast<std::size_t>(row * columns + column)]);
    }
  }
  EXPECT_EQ(elements_of(a.take(positions, axis)), along);
  EXPECT_EQ(elements_of(a.take(positions.astype<std::int16_t>(), axis)), along);
  if (axis == 0) {
    EXPECT_EQ(elements_of(a[positions]), along);
    std::vector<E> written = elements;
    for (Index row : list) std::fill_n(written.begin() + row * columns, columns, E(1));
    a[positions.astype<std::int8_t>()] = 1;
    EXPECT_EQ(elements_of(a), written);
  }
}

TEST_P(SelectTest, ManyElementsOfEachSizeInEachOrder) {
  Random random(test_seed(9));
  for (int round = 0; round < 100; ++round) {
    take_and_put_many<std::uint8_t>(random);
    take_and_put_many<std::int16_t>(random);
    take_and_put_many<float>(random);
    take_and_put_many<double>(random);
    take_and_put_many<std::complex<double>>(random);
  }
}

TEST_P(SelectTest, TakeFindsAWrongPositionAnywhere) {
  const Ints a = numbered({5}), rows = numbered({5, 3});
  for (Index count = 1; count < 11; ++count) {
    for (Index at = 0; at < count; ++at) {
      Numbers positions(static_cast<std::size_t>(count), 4), expected = positions;
      Index& position = positions[static_cast<std::size_t>(at)];
      position = -2;
      expected[static_cast<std::size_t>(at)] = 3;
      EXPECT_EQ(elements_of(a.take(index_list(positions))), expected);
      EXPECT_EQ(elements_of(rows.take(index_list(positions), 0)[{all, 0}] / 3),
                (std::vector<double>(expected.begin(), expected.end())));
      for (Index wrong : {Index{5}, Index{-6}, std::numeric_limits<Index>::min()}) {
        position = wrong;
        EXPECT_THROW(a.take(index_list(positions)), std::out_of_range);
        EXPECT_THROW(rows.take(index_list(positions), 0), std::out_of_range);
      }
    }
  }
}

TEST_P(SelectTest, ASelectionKeepsTheMaskAndThePositionsThatItWasMadeWith) {
  Ints a = numbered({100});
  Array<bool> mask = a >= 98;
  auto masked = a[mask];
  mask.fill(false);
  std::move(masked) = -1;
  Ints positions = array<Index>({0, 1});
  auto listed = a[positions];
  positions.fill(5);
  std::move(listed) = -2;
  EXPECT_EQ(elements_of(a[slice(0, 3)]), (Numbers{-2, -2, 2}));
  EXPECT_EQ(elements_of(a[slice(97, 100)]), (Numbers{97, -1, -1}));
  // The positions are read before they are written.
  Ints both = array<Index>({1, 0, 2});
  both[both] = array<Index>({7, 8, 9});
  EXPECT_EQ(elements_of(both), (Numbers{8, 7, 9}));
}

TEST_P(SelectTest, RefusesWhatDoesNotFit) {
  Ints a = numbered({3, 4});
  EXPECT_THROW(a[zeros<bool>({4})], std::out_of_range);
  EXPECT_THROW(a[zeros<bool>({3, 1})], std::out_of_range);
  EXPECT_THROW(a.put(zeros<bool>({3, 4, 1}), 1), std::out_of_range);
  EXPECT_THROW(a[index_list({0, 3})] = 1, std::out_of_range);
  EXPECT_THROW(a[index_list({-4})], std::out_of_range);
  EXPECT_THROW(numbered({})[index_list({0})], std::out_of_range);
  a.set_writeable(false);
  EXPECT_THROW(a[index_list({0})] = 1, ReadOnlyError);
  EXPECT_EQ(elements_of(a), count_up(12));
}

}  // namespace
}  // namespace cow
