// Against the numbers, in C order, of the elements that a loop finds.
#include "cow/core/select.h"

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
