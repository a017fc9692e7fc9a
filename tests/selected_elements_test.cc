#include "cow/core/selected_elements.h"

#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow::internal {
namespace {

using Numbers = std::vector<Index>;

/// In C order, the numbers of the elements.
Numbers numbers_of_elements(const SelectedElements& selected) {
  Numbers numbers;
  for (Index block = 0; block < selected.blocks; ++block) {
    for (Index row : selected.rows) {
      for (Index k = 0; k < selected.inner; ++k) {
        numbers.push_back((block * selected.extent + row) * selected.inner + k);
      }
    }
  }
  return numbers;
}

TEST(SelectedElementsTest, PositionsAlongEachAxis) {
  const Dims shape = {3, 4, 2};
  for (int axis = 0; axis < 3; ++axis) {
    const Index extent = shape[static_cast<std::size_t>(axis)];
    const IndexList list = index_list({extent - 1, 0, -extent, -1});
    const Index from_front[] = {extent - 1, 0, 0, extent - 1};
    Dims to = shape;
    to[static_cast<std::size_t>(axis)] = 4;
    const NaiveView expected = naive_view(shape, to, [&](std::vector<Index> position) {
      Index& along = position[static_cast<std::size_t>(axis)];
      along = from_front[along];
      return position;
    });
    for (Index given : {Index{axis}, Index{axis} - 3}) {
      const SelectedElements selected = select_along(shape, Positions(list), given);
      EXPECT_EQ(selected.shape, expected.shape);
      EXPECT_EQ(numbers_of_elements(selected), expected.positions);
      EXPECT_EQ(selected.axis, axis);
    }
  }
}

TEST(SelectedElementsTest, RowsAreTheCallersUntilTheyMustChange) {
  const IndexList list = index_list({1, 0});
  SelectedElements selected = select_along(Dims{2}, Positions(list), 0);
  EXPECT_EQ(selected.rows.data(), list.positions().data());
  selected.own();
  EXPECT_EQ(selected.rows.data(), selected.own_rows.data());
  EXPECT_EQ(selected.own_rows, (Numbers{1, 0}));
  const IndexList negative = index_list({1, -1});
  SelectedElements unchecked = select_unchecked(Dims{2}, Positions(negative), 0);
  EXPECT_EQ(numbers_of(unchecked.rows), (Numbers{1, -1}));
  require_rows(unchecked);
  EXPECT_EQ(numbers_of(unchecked.rows), (Numbers{1, 1}));
  EXPECT_EQ(numbers_of(negative.positions()), (Numbers{1, -1}));
}

TEST(SelectedElementsTest, RefusesPositionsAndAxesThatThereAreNot) {
  for (Index wrong : {Index{2}, Index{-3}}) {
    EXPECT_THROW(select_along(Dims{2}, Positions(index_list({0, wrong})), 0), std::out_of_range);
  }
  EXPECT_THROW(select_along(Dims{2}, Positions(index_list({0})), 1), std::out_of_range);
  EXPECT_THROW(select_along(Dims{0}, Positions(index_list({0})), 0), std::out_of_range);
  EXPECT_EQ(select_along(Dims{0}, Positions(index_list({})), 0).count(), 0);
  EXPECT_EQ(select_along({}, Positions(index_list({0, -1})), 0).count(), 2);
}

TEST(SelectedElementsTest, MasksCoverTheFirstAxes) {
  const Array<bool> mask = array<bool>({{true, false, true}, {false, false, true}});
  const SelectedElements selected = select_true(Dims{2, 3, 5}, mask.handle().node());
  EXPECT_EQ(selected.shape, (Dims{3, 5}));
  EXPECT_EQ(selected.inner, 5);
  EXPECT_EQ(selected.extent, 6);
  Numbers rows;
  for_each_bit(*selected.mask, [&](Index row) { rows.push_back(row); });
  EXPECT_EQ(rows, (Numbers{0, 2, 5}));
  EXPECT_THROW(select_true(Dims{3, 2}, mask.handle().node()), std::out_of_range);
  EXPECT_THROW(select_true(Dims{2}, mask.handle().node()), std::out_of_range);
}

TEST(SelectedElementsTest, TruePositionsAreOfOneAxis) {
  const Array<bool> mask = array<bool>({true, false, true});
  EXPECT_EQ(numbers_of(true_positions(mask.handle().node()).positions()), (Numbers{0, 2}));
  EXPECT_THROW(true_positions(zeros<bool>({}).handle().node()), std::invalid_argument);
}

}  // namespace
}  // namespace cow::internal
