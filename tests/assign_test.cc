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

/// Bytes of the hidden copy that `to = from` needs.
Index temporary_bytes(Ints to, const Ints& from) {
  internal::WriteScope scope(to.handle().node(), internal::Receiver::kNamed);
  return internal::AssignmentOperands(from.handle().node(), scope).temporary_bytes();
}

TEST(AssignOrderTest, CopiesOnlyWhereNoOrderIsSafe) {
  Ints a = numbered({6, 5}), b = numbered({22});
  EXPECT_EQ(temporary_bytes(a[slice(1, none)], a[slice(none, -1)]), 0);
  EXPECT_EQ(temporary_bytes(a[slice(none, -1)], a[slice(1, none)]), 0);
  EXPECT_EQ(temporary_bytes(a[{all, slice(1, none)}], a[{all, slice(none, -1)}]), 0);
  EXPECT_EQ(temporary_bytes(b[slice(5, 11)], b[slice(0, 11, 2)]), 0);  // descending
  EXPECT_EQ(temporary_bytes(b[slice(0, 11)], b[slice(0, 22, 2)]), 0);  // ascending
  EXPECT_EQ(temporary_bytes(b[slice(0, 22, 2)], b[slice(0, 11)]), 0);  // descending
  EXPECT_EQ(temporary_bytes(b[slice(9, 16)], b[slice(3, 22, 3)]), 56);
  EXPECT_EQ(temporary_bytes(b, b[slice(none, none, -1)]), 176);
  EXPECT_EQ(temporary_bytes(b[slice(0, 22, 2)], b[slice(1, 22, 2)]), 0);  // no element in common
  Ints c = numbered({5, 5});
  EXPECT_EQ(temporary_bytes(c, c.T()), 200);
  EXPECT_EQ(temporary_bytes(c, c), 0);
  EXPECT_EQ(temporary_bytes(c, c[0]), 40);  // broadcast
  EXPECT_EQ(temporary_bytes(c, c[{all, slice(0, 1)}]), 40);
}

TEST(AssignOrderTest, ACopyNeedsNoTemporaryWhereElementsChangePlaces) {
  const auto copy_bytes = [](Ints to, const Ints& from) {
    internal::WriteScope scope(to.handle().node(), internal::Receiver::kNamed);
    return internal::AssignmentOperands::for_copy(from.handle().node(), scope).temporary_bytes();
  };
  Ints a = numbered({22}), b = numbered({5, 5}), c = numbered({2, 3, 3});
  EXPECT_EQ(copy_bytes(a, a[slice(none, none, -1)]), 0);
  EXPECT_EQ(copy_bytes(a[slice(0, 21)], a[slice(none, none, -1)][slice(0, 21)]), 168);
  EXPECT_EQ(copy_bytes(b, b.T()), 0);
  EXPECT_EQ(copy_bytes(b, b.T()[slice(none, none, -1)]), 200);
  EXPECT_EQ(copy_bytes(c, c.swapaxes(1, 2)), 0);
  EXPECT_EQ(copy_bytes(c, c[{slice(none, none, -1), all, slice(none, none, -1)}]), 0);
}

TEST_P(AssignTest, AnArrayBecomesItsOwnMirrorImageOrTranspose) {
  Random random(test_seed(10));
  for (int round = 0; round < 300; ++round) {
    const Index n = random_number(random, 1, 40);
    Ints a = numbered({random_number(random, 1, 3), n, n});
    const Ints before = a.copy();
    const bool transposes = round % 2 == 0;
    const Index axis = random_number(random, 0, 2);
    if (transposes) {
      a.assign(a.swapaxes(1, 2));
      EXPECT_EQ(elements_of(a), elements_of(before.swapaxes(1, 2))) << n;
    } else {
      a.assign(a.flip(axis));
      EXPECT_EQ(elements_of(a), elements_of(before.flip(axis))) << n;
    }
  }
}

// What other libraries are known to get wrong.
TEST_P(AssignTest, OverlapsThatOthersGetWrong) {
  Ints a = numbered({22});  // NumPy 1.24
  a[slice(9, 16)] = a[slice(3, 22, 3)];
  EXPECT_EQ(elements_of(a[slice(9, 16)]), (Numbers{3, 6, 9, 12, 15, 18, 21}));
  Ints x = array<Index>({1, 2, 3, 0});
  x[x] = x;
  EXPECT_EQ(elements_of(x), (Numbers{0, 1, 2, 3}));
  Ints b = array<Index>({0, 1, 2, 3, 1});
  b[slice(2, none)][Ints(b[slice(none, -2)])] = Index{3};
  EXPECT_EQ(elements_of(b), (Numbers{0, 1, 3, 3, 3}));
  Ints v = numbered({2, 10});  // xtensor: view(a, ::-1, 0:4) = view(a, 1, 1:5)
  v[{slice(none, none, -1), slice(0, 4)}] = v[{1, slice(1, 5)}];
  EXPECT_EQ(elements_of(v[{all, slice(0, 4)}]), (Numbers{11, 12, 13, 14, 11, 12, 13, 14}));
  Ints m = numbered({3, 3});  // Eigen
  const Ints before = m.copy();
  m.assign(m.T() + m + m);
  EXPECT_EQ(elements_of(m), elements_of(before.T() + before + before));
  m = before.copy();
  m += m.T();
  EXPECT_EQ(elements_of(m), elements_of(before + before.T()));
  m = before.copy();
  m[{slice(1, none), slice(1, none)}] = m[{slice(0, 2), slice(0, 2)}];
  EXPECT_EQ(elements_of(m), (Numbers{0, 1, 2, 3, 0, 1, 6, 3, 4}));
  Ints tail = numbered({8});
  tail[slice(3, none)] = tail[slice(none, 5)];
  EXPECT_EQ(elements_of(tail), (Numbers{0, 1, 2, 0, 1, 2, 3, 4}));
  Ints sums = numbered({3, 3});
  sums[0] = sums.sum(0);
  EXPECT_EQ(elements_of(sums[0]), (Numbers{9, 12, 15}));
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

TEST_P(AssignTest, ForeignArraysThatOverlap) {
  Numbers memory = count_up(6);
  const Layout five = Layout::c_order({5}, 8);
  Ints lower = borrow(memory.data(), five), upper = borrow(memory.data() + 1, five);
  upper.assign(lower);
  EXPECT_EQ(memory, (Numbers{0, 0, 1, 2, 3, 4}));
  upper += lower;
  EXPECT_EQ(memory, (Numbers{0, 0, 1, 3, 5, 7}));
  upper += upper;
  EXPECT_EQ(memory, (Numbers{0, 0, 2, 6, 10, 14}));
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
