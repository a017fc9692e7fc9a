// tests/numpy and tests/fuzz compare many more with enumeration.
#include "cow/core/advanced_index.h"

#include "cow/tests/array_testing.h"

namespace cow {
namespace {

using Numbers = std::vector<Index>;

/// What an index selects of (2, 3, 4), which has the numbers 0 to 23.
struct Selected {
  explicit Selected(const AdvancedItems& items) {
    const internal::SelectedElements elements =
        internal::select_elements(Dims{2, 3, 4}, items.items());
    shape = numbers_of(elements.shape);
    numbers = numbers_of(elements.rows);
    EXPECT_EQ(elements.blocks, 1);
    EXPECT_EQ(elements.inner, 1);
  }
  Numbers shape, numbers;
};

TEST(AdvancedIndexTest, PositionsSideBySideStayInTheirPlace) {
  const Selected mixed({slice(0, 2), index_list({2, 0}), index_list({-1, 1})});
  EXPECT_EQ(mixed.shape, (Numbers{2, 2}));
  EXPECT_EQ(mixed.numbers, (Numbers{11, 1, 23, 13}));
  const Selected last({ellipsis, index_list({3})});
  EXPECT_EQ(last.shape, (Numbers{2, 3, 1}));
  EXPECT_EQ(last.numbers, (Numbers{3, 7, 11, 15, 19, 23}));
}

TEST(AdvancedIndexTest, PositionsApartComeFirst) {
  const Selected apart({newaxis, 1, slice(1, 3), index_list({0, 2, 3})});
  EXPECT_EQ(apart.shape, (Numbers{3, 1, 2}));
  EXPECT_EQ(apart.numbers, (Numbers{16, 20, 18, 22, 19, 23}));
}

TEST(AdvancedIndexTest, PositionsAreBroadcast) {
  const Selected grid({array<Index>({{0}, {1}}), 0, array<int>({1, 2})});
  EXPECT_EQ(grid.shape, (Numbers{2, 2}));
  EXPECT_EQ(grid.numbers, (Numbers{1, 2, 13, 14}));
}

TEST(AdvancedIndexTest, AMaskStandsForItsAxes) {
  const Array<bool> mask = array<bool>({{false, true, false}, {true, false, false}});
  const Selected masked({mask, slice(0, 1)});
  EXPECT_EQ(masked.shape, (Numbers{2, 1}));
  EXPECT_EQ(masked.numbers, (Numbers{4, 12}));
  const Selected none({newaxis, zeros<bool>({})});
  EXPECT_EQ(none.shape, (Numbers{1, 0, 2, 3, 4}));
  EXPECT_TRUE(none.numbers.empty());
}

TEST(AdvancedIndexTest, RefusesWhatDoesNotFit) {
  const auto select = [](const AdvancedItems& items) { Selected selected(items); };
  EXPECT_THROW(select({index_list({2})}), std::out_of_range);
  EXPECT_THROW(select({ellipsis, index_list({0}), ellipsis}), std::out_of_range);
  EXPECT_THROW(select({0, 0, 0, index_list({0})}), std::out_of_range);
  EXPECT_THROW(select({zeros<bool>({3})}), std::out_of_range);
  EXPECT_THROW(select({index_list({0, 1}), index_list({0, 1, 2})}), std::invalid_argument);
}

}  // namespace
}  // namespace cow
