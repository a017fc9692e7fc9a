#include "cow/core/selection.h"

#include "cow/core/operators.h"
#include "cow/core/shares_memory.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

using Numbers = std::vector<Index>;

class SelectionTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, SelectionTest, both_modes(), mode_name);

TEST_P(SelectionTest, ANamedOneIsACopy) {
  Ints a = numbered({5});
  auto c = a[a > 2];
  EXPECT_EQ(elements_of(c), (Numbers{3, 4}));
  c[0] = Index{9};
  c(1) = 8;
  EXPECT_EQ(elements_of(a), count_up(5));
  a.fill(7);
  EXPECT_EQ(elements_of(c), (Numbers{9, 8}));
  c += Index{1};
  EXPECT_EQ(elements_of(c), (Numbers{10, 9}));
  c = a[index_list({0})];
  EXPECT_EQ(elements_of(c), (Numbers{7}));
  c = numbered({2});
  EXPECT_EQ(elements_of(c), (Numbers{0, 1}));
  const Ints plain = a[index_list({1, 1})];
  EXPECT_FALSE(shares_memory(plain, a));
  EXPECT_EQ(elements_of(a), Numbers(5, 7));
}

TEST_P(SelectionTest, OnTheLeftItIsTheElements) {
  Ints a = numbered({2, 3});
  a[a > 3] = Index{-1};
  EXPECT_EQ(elements_of(a), (Numbers{0, 1, 2, 3, -1, -1}));
  a[index_list({0})] = array<Index>({7, 8, 9});
  EXPECT_EQ(elements_of(a), (Numbers{7, 8, 9, 3, -1, -1}));
  a[{all, index_list({-1, 0})}] = array<double>({1.5, 2.5});
  EXPECT_EQ(elements_of(a), (Numbers{2, 8, 1, 2, -1, 1}));
  a[index_list({0, 0})] += Index{10};  // once, as in NumPy
  EXPECT_EQ(elements_of(a), (Numbers{12, 18, 11, 2, -1, 1}));
  a[array<bool>({false, true})] *= a[index_list({0})];
  EXPECT_EQ(elements_of(a), (Numbers{12, 18, 11, 24, -18, 11}));
  a[1][index_list({2, 0})] -= Index{1};
  EXPECT_EQ(elements_of(a), (Numbers{12, 18, 11, 23, -18, 10}));
  a.T()[index_list({1})].fill(0);
  EXPECT_EQ(elements_of(a), (Numbers{12, 0, 11, 23, 0, 10}));
}

TEST_P(SelectionTest, FunctionsWriteWhatOperatorsWrite) {
  Ints a = numbered({6});
  a[a > 3].fill(Index{9});
  EXPECT_EQ(elements_of(a), (std::vector<Index>{0, 1, 2, 3, 9, 9}));
  const Ints values = numbered({2});
  Ints named = numbered({2});
  a[index_list({2, 3})].assign(values);
  a[index_list({4, 5})].assign(named);
  EXPECT_EQ(elements_of(a), (std::vector<Index>{0, 1, 0, 1, 0, 1}));
  auto copy = a[a > 0];
  copy.fill(Index{7}).assign(numbered({3}));
  EXPECT_EQ(elements_of(copy), count_up(3));
  EXPECT_EQ(elements_of(a), (std::vector<Index>{0, 1, 0, 1, 0, 1}));
}

TEST_P(SelectionTest, ReadsAllBeforeItWrites) {
  Ints a = array<Index>({3, 2, 1, 0});
  a[a] = a;
  EXPECT_EQ(elements_of(a), (Numbers{0, 1, 2, 3}));
  a[index_list({0, 1, 2, 3})] = a[slice(none, none, -1)];
  EXPECT_EQ(elements_of(a), (Numbers{3, 2, 1, 0}));
  a[a > 1] = a[a < 2];
  EXPECT_EQ(elements_of(a), (Numbers{1, 0, 1, 0}));
}

TEST_P(SelectionTest, WritesOneValue) {
  Ints a = numbered({6});
  Ints v = a[slice(1, 5)];
  v[index_list({0})] = Index{9};
  EXPECT_EQ(a(1), copies_on_write() ? 1 : 9);
  EXPECT_EQ(v(0), 9);
  Ints wide = numbered({3}).broadcast_to({2, 3});
  if (copies_on_write()) {  // its elements become distinct first
    wide[index_list({1})] = Index{5};
    EXPECT_EQ(elements_of(wide), (Numbers{0, 1, 2, 5, 5, 5}));
  } else {
    EXPECT_THROW(wide[index_list({1})] = Index{5}, ReadOnlyError);
  }
}

TEST_P(SelectionTest, OutlivesWhatItCameFrom) {
  auto a = std::make_unique<Ints>(numbered({3}));
  auto c = (*a)[index_list({1, 2})];
  a.reset();
  std::move(c) = Index{6};  // nothing else is left to write
  EXPECT_EQ(elements_of(c), (Numbers{6, 6}));
  Ints b = numbered({3});
  auto d = b[index_list({1, 2})];
  const Ints other = numbered({2});
  d = other;
  std::move(d) += Index{1};
  EXPECT_EQ(elements_of(b), count_up(3));
  EXPECT_EQ(elements_of(d), (Numbers{1, 2}));
}

TEST_P(SelectionTest, RefusesBeforeAnythingChanges) {
  Ints a = numbered({2, 3});
  EXPECT_THROW(a[index_list({0, 5})] = Index{1}, std::out_of_range);
  EXPECT_THROW(a[array<bool>({true})] = Index{1}, std::out_of_range);
  EXPECT_THROW(a[a > 0] = numbered({2}), std::invalid_argument);
  EXPECT_THROW(a[index_list({0})] += numbered({2}), std::invalid_argument);
  EXPECT_THROW((a[{index_list({0, 1}), index_list({0, 1, 2})}]), std::invalid_argument);
  EXPECT_THROW((a[{index_list({0}), ellipsis, ellipsis}]), std::out_of_range);
  EXPECT_THROW((a[{index_list({0}), 0, 0}]), std::out_of_range);
  EXPECT_EQ(elements_of(a), count_up(6));
  a.set_writeable(false);
  EXPECT_THROW(a[a > 0] = Index{1}, ReadOnlyError);
  EXPECT_EQ(elements_of(a), count_up(6));
}

// In copy-on-write mode a write moves what it must, and no more than a write through a view would.
TEST(SelectionDetachTest, LeavesASoleOwnerInPlace) {
  ScopedMode mode(Mode::kCopyOnWrite);
  Ints a = numbered({100});
  EXPECT_EQ(detaches({&a}, [&] { a[index_list({3})] = Index{1}; }), 0);
  EXPECT_EQ(detaches({&a}, [&] { a[a > 50] += a[a > 50]; }), 0);
  Ints sparse = a[slice(0, none, 10)];
  sparse[index_list({0})] = Index{5};
  EXPECT_TRUE(sparse.is_contiguous());  // its elements alone
  EXPECT_EQ(sparse(0), 5);
  EXPECT_EQ(a(0), 0);
}

}  // namespace
}  // namespace cow
