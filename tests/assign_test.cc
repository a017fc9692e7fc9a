// Against reading all of the source first, element by element.
#include "cow/core/assign.h"

#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow {
namespace {

using Numbers = std::vector<Index>;

class AssignTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, AssignTest, both_modes(), mode_name);

TEST_P(AssignTest, OverlappingViewsAsIfTheSourceWereReadFirst) {
  Random random(test_seed(9));
  for (int round = 0; round < 500; ++round) {
    Ints a = numbered({6, 5});
    const auto to = random_items(random, a.shape()), from = random_items(random, a.shape());
    const NaiveView written = naive_index(a.shape(), to), read = naive_index(a.shape(), from);
    Numbers expected = count_up(30);
    NaiveView fitted;
    try {
      broadcast_layout(Layout::c_order(read.shape, 8), written.shape);
      fitted = naive_broadcast(read.shape, written.shape);
    } catch (const std::invalid_argument&) {
      continue;
    }
    const bool adds = round % 2 == 0;
    for (std::size_t i = 0; i < written.positions.size(); ++i) {
      const Index value = read.positions[static_cast<std::size_t>(fitted.positions[i])];
      Index& cell = expected[static_cast<std::size_t>(written.positions[i])];
      cell = adds ? cell + value : value;
    }
    if (adds) {
      a[to] += a[from];
    } else {
      a[to] = a[from];
    }
    EXPECT_EQ(elements_of(a), expected) << index_text(to) << " = " << index_text(from);
  }
}

TEST_P(AssignTest, ConvertsAndBroadcasts) {
  Ints a = numbered({2, 3});
  a.assign(array<double>({1.9, -1.9, 0}));
  EXPECT_EQ(elements_of(a), (Numbers{1, -1, 0, 1, -1, 0}));
  a.assign(numbered({1, 1, 2, 3}));  // leading axes of extent 1 do not count
  EXPECT_EQ(elements_of(a), count_up(6));
  a.T()[0].fill(8);
  EXPECT_EQ(elements_of(a), (Numbers{8, 1, 2, 8, 4, 5}));
  a.assign(a.T().T());
  EXPECT_EQ(a.sum(), 28);
}

TEST_P(AssignTest, RefusesBeforeAnythingChanges) {
  Ints a = numbered({2, 3});
  for (const Ints& source : {numbered({2}), numbered({2, 2, 3}), numbered({0}), Ints()}) {
    EXPECT_THROW(a.assign(source), std::invalid_argument);
    EXPECT_THROW(a += source, std::invalid_argument);
  }
  try {
    a.assign(numbered({2}));
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("from shape (2,) into shape (2, 3)"),
              std::string::npos);
  }
  a.set_writeable(false);
  EXPECT_THROW(a.fill(1), ReadOnlyError);
  EXPECT_THROW(a += 1, ReadOnlyError);
  EXPECT_EQ(elements_of(a), count_up(6));
}

}  // namespace
}  // namespace cow
