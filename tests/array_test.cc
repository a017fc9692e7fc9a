#include "cow/core/array.h"

#include <sstream>
#include <type_traits>
#include <utility>

#include "cow/core/operators.h"
#include "cow/core/shares_memory.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

using Numbers = std::vector<Index>;

// ---- what compiles ------------------------------------------------------------------------------

static_assert(sizeof(Ints) == sizeof(void*));
static_assert(std::is_copy_assignable_v<Ints> && std::is_nothrow_move_assignable_v<Ints>);
static_assert(std::is_nothrow_move_constructible_v<Ints> && std::is_nothrow_swappable_v<Ints>);
static_assert(std::is_nothrow_default_constructible_v<Ints>);

template <class A>
concept TakesANumberByName = requires(A a) {
  a = Index{5};
};
template <class A>
concept TakesANumberInPlace = requires(A a) {
  a[0] = Index{5};
  a[{0, 1}] = Index{5};
  a.T() = Index{5};
  a[0] += Index{5};
};
static_assert(!TakesANumberByName<Ints> && !TakesANumberByName<Array<double>>);
static_assert(TakesANumberInPlace<Ints> && !TakesANumberInPlace<const Ints>);

template <class A>
concept Writeable = requires(A a) {
  a(0) = Index{5};
}
|| requires(A a) { a.fill(5); }
|| requires(A a) { a.template mutable_span<1>(); }
|| requires(A a) { a += 1; }
|| requires(A a) { a.assign(a); }
|| requires(A a) { a.put(index_list({0}), 5); }
|| requires(A a) { a.set_writeable(true); };
static_assert(Writeable<Ints> && !Writeable<const Ints>);
static_assert(!std::is_assignable_v<const Ints, Ints>);

// What indexing copies cannot be written by mistake.
template <class Key>
concept WritesThroughACopy = requires(Ints a, Key key) {
  a[key][0] = Index{5};
}
|| requires(Ints a, Key key) { a[key][{0, 1}] = Index{5}; }
|| requires(Ints a, Key key) { a[key](0) = Index{5}; }
|| requires(Ints a, Key key) { a[key][all].fill(5); }
|| requires(Ints a, Key key) { a[key][index_list({0})] = Index{5}; }
|| requires(Ints a, Key key) { a[key][a > 0] += Index{5}; }
|| requires(Ints a, Key key) { a[key].template mutable_span<1>(); };
static_assert(!WritesThroughACopy<Array<bool>> && !WritesThroughACopy<IndexList> &&
              !WritesThroughACopy<Array<Index>> && !WritesThroughACopy<AdvancedItems>);
static_assert(WritesThroughACopy<Slice>);

template <class A, class Key>
concept WritesSelected = requires(A a, Key key) {
  a[key] = Index{5};
}
|| requires(A a, Key key) { a[key] = a; }
|| requires(A a, Key key) { a[key] += 1; };
static_assert(WritesSelected<Ints, Array<bool>> && WritesSelected<Ints, IndexList> &&
              WritesSelected<Ints, AdvancedItems>);
static_assert(!WritesSelected<const Ints, Array<bool>> && !WritesSelected<const Ints, IndexList> &&
              !WritesSelected<const Ints, AdvancedItems> && !WritesSelected<const Ints, Slice>);

template <class A>
concept IndexedByABool = requires(A a) {
  a[true];
};
static_assert(!IndexedByABool<Ints>);
template <class A>
concept DividesInPlace = requires(A a) {
  a /= 2;
};
static_assert(!DividesInPlace<Ints> && DividesInPlace<Array<double>>);

class ArrayTest : public ModeTest {};
INSTANTIATE_TEST_SUITE_P(, ArrayTest, both_modes(), mode_name);

// ---- what it is ---------------------------------------------------------------------------------

TEST_P(ArrayTest, Facts) {
  Array<float> a = zeros<float>({2, 3});
  EXPECT_EQ(a.ndim(), 2);
  EXPECT_EQ(a.shape(), (Dims{2, 3}));
  EXPECT_EQ(a.strides(), (Dims{12, 4}));
  EXPECT_EQ(a.size(), 6);
  EXPECT_EQ(a.itemsize(), 4);
  EXPECT_EQ(a.nbytes(), 24);
  EXPECT_EQ(a.dtype(), DType::kFloat32);
  EXPECT_TRUE(a.is_contiguous());
  EXPECT_FALSE(a.T().is_contiguous());
  EXPECT_TRUE(a.is_writeable());
  EXPECT_TRUE(a.owns_data());
}

TEST_P(ArrayTest, NoArrayAndAMovedFromOneAreEqual) {
  Ints moved = numbered({2});
  const Ints taken = std::move(moved);
  for (Ints* none : {&moved}) {
    EXPECT_EQ(none->size(), 0);
    EXPECT_EQ(none->nbytes(), 0);
    EXPECT_EQ(none->handle().get(), nullptr);
    EXPECT_THROW(none->shape(), std::invalid_argument);
    EXPECT_THROW((*none)[0], std::invalid_argument);
    EXPECT_THROW((*none)(0), std::invalid_argument);
    EXPECT_THROW(none->fill(1), std::invalid_argument);
    EXPECT_THROW(none->copy(), std::invalid_argument);
    EXPECT_THROW(none->sum(), std::invalid_argument);
    EXPECT_THROW(none->ref(), std::invalid_argument);
    EXPECT_THROW(none->label("x"), std::invalid_argument);
    EXPECT_THROW(to_string(*none), std::invalid_argument);
    EXPECT_THROW(*none + taken, std::invalid_argument);
    EXPECT_THROW(Ints(taken).assign(*none), std::invalid_argument);
    const Ints copy = *none;
    EXPECT_EQ(copy.size(), 0);
    EXPECT_FALSE(shares_memory(*none, taken));
    *none = taken;
    EXPECT_EQ(none->size(), 2);
    *none = Ints();
  }
}

TEST_P(ArrayTest, TheTree) {
  Ints a = numbered({2, 3, 4});
  Ints b = a[0].T();
  Ints c = b[1];
  Ints r = a.ref();
  EXPECT_FALSE(a.base().has_value());
  EXPECT_FALSE(a.parent().has_value());
  ASSERT_TRUE(r.base().has_value());
  EXPECT_TRUE(r.base()->is(a));
  EXPECT_TRUE(r.parent()->is(a));
  EXPECT_FALSE(r.owns_data());
  if (copies_on_write()) {
    EXPECT_FALSE(b.base().has_value());
    EXPECT_FALSE(c.parent().has_value());
    EXPECT_TRUE(c.owns_data());
    return;
  }
  EXPECT_TRUE(c.base()->is(a));
  EXPECT_TRUE(c.parent()->is(b));
  EXPECT_FALSE(c.owns_data());
  a = Ints();
  EXPECT_EQ(c.base()->shape(), (Dims{2, 3, 4}));
  *c.base() = Index{5};  // a temporary: writes elements
  EXPECT_EQ(elements_of(c), Numbers(3, 5));
}

TEST_P(ArrayTest, IsComparesMemoryAndLayout) {
  Ints a = numbered({4});
  EXPECT_TRUE(a.is(a));
  EXPECT_TRUE(a.is(Ints(a)));
  EXPECT_FALSE(a.is(a[slice(0, 2)]));
  EXPECT_FALSE(a.is(a[slice(none, none, -1)]));
  EXPECT_FALSE(a.is(numbered({4})));
}

TEST_P(ArrayTest, Labels) {
  Ints a = numbered({2}).label("numbers");
  EXPECT_EQ(a.label(), "numbers");
  EXPECT_EQ(a[0].label(), "");
  EXPECT_EQ(Ints(a).label(), "");
  EXPECT_EQ(&a.label("others"), &a);
  Ints b = std::move(a);
  EXPECT_EQ(b.label(), "others");
}

// ---- read-only arrays ---------------------------------------------------------------------------

TEST_P(ArrayTest, WhatIsMadeFromAConstArrayIsReadOnly) {
  Ints a = numbered({2, 2});
  const Ints& reader = a;
  Ints row = reader[0], turned = reader.T(), same = reader.ref(), shaped = reader.reshape({4});
  Ints wide = reader.broadcast_to({1, 2, 2}), flat = reader.ravel(), tight = reader.squeeze();
  for (Ints* view : {&row, &turned, &same, &shaped, &wide, &flat, &tight}) {
    EXPECT_FALSE(view->is_writeable());
    EXPECT_THROW(view->fill(1), ReadOnlyError);
    EXPECT_THROW((*view)[ellipsis] = 1, ReadOnlyError);
    EXPECT_THROW(std::move(*view).fill(1), ReadOnlyError);
  }
  Ints copy = reader;  // containers copy that way
  EXPECT_TRUE(copy.is_writeable());
  EXPECT_TRUE(reader.copy().is_writeable());
  EXPECT_TRUE(row.copy().is_writeable());
  EXPECT_EQ(elements_of(a), count_up(4));
}

TEST_P(ArrayTest, SetWriteable) {
  Ints a = numbered({2, 2});
  Ints before = a[0];
  a.set_writeable(false);
  Ints after = a[0];
  EXPECT_THROW(a(0, 0) = 5, ReadOnlyError);
  EXPECT_THROW(a[0] = 5, ReadOnlyError);
  EXPECT_THROW(after(0) = 5, ReadOnlyError);
  EXPECT_THROW(a.put(index_list({0}), 5), ReadOnlyError);
  EXPECT_THROW(a.mutable_span<2>(), ReadOnlyError);
  EXPECT_THROW(after.set_writeable(true), std::invalid_argument);
  EXPECT_EQ(elements_of(a), count_up(4));
  before(0) = 5;  // per array, and of later views
  EXPECT_EQ(before(0), 5);
  a.set_writeable(true);
  a(0, 1) = 6;
  EXPECT_EQ(a(0, 1), 6);
}

TEST_P(ArrayTest, ReadOnlyErrorNamesTheArray) {
  Ints a = numbered({3});
  a.label("weights").set_writeable(false);
  try {
    a.fill(0);
    FAIL();
  } catch (const ReadOnlyError& error) {
    EXPECT_STREQ(error.what(), "assignment destination is read-only: 'weights' (3,)");
  }
}

// ---- views --------------------------------------------------------------------------------------

TEST_P(ArrayTest, ViewsShareMemory) {
  Ints a = numbered({1, 2, 3});
  for (const Ints& view : {a[0], a[{ellipsis, slice(none, none, -1)}], a.T(),
                           a.transpose({2, 0, 1}), a.reshape({3, -1}), a.broadcast_to({4, 2, 3}),
                           a.squeeze(), a.squeeze({0}), a.ravel(), Ints(a), a.ref()}) {
    EXPECT_TRUE(shares_memory(a, view));
  }
  EXPECT_EQ(a.T().shape(), (Dims{3, 2, 1}));
  EXPECT_EQ(a.transpose({2, 0, 1}).shape(), (Dims{3, 1, 2}));
  EXPECT_EQ(a.squeeze().shape(), (Dims{2, 3}));
  EXPECT_EQ(elements_of(a[{0, all, -1}]), (Numbers{2, 5}));
  EXPECT_EQ(elements_of(a[{newaxis, ellipsis, 0}]), (Numbers{0, 3}));
  EXPECT_THROW(a[1], std::out_of_range);
  EXPECT_THROW(a.reshape({5}), std::invalid_argument);
  EXPECT_THROW(a.broadcast_to({2}), std::invalid_argument);
  EXPECT_THROW(a.squeeze({1}), std::invalid_argument);
  EXPECT_THROW(a.transpose({0, 0, 1}), std::invalid_argument);
}

TEST_P(ArrayTest, CopiesDoNotShowWrites) {
  Ints a = numbered({2, 3});
  std::vector<Ints> copies;
  copies.push_back(a.copy());
  copies.push_back(cow::copy(a));
  copies.push_back(a.flatten());
  copies.push_back(a.T().reshape({6}));  // no strides do that
  copies.push_back(a.T().ravel());
  copies.push_back(a[index_list({0, 1})]);
  copies.push_back(a[array<int>({0, 1})]);
  copies.push_back(a[a >= 0]);
  copies.push_back(a.take(array<Index>({0, 1, 2}), 1));
  copies.push_back(a.astype<Index>());
  std::vector<Numbers> before;
  for (const Ints& copy : copies) before.push_back(elements_of(copy));
  a.fill(9);
  for (std::size_t i = 0; i < copies.size(); ++i) {
    EXPECT_EQ(elements_of(copies[i]), before[i]) << i;
    copies[i].fill(-1);
  }
  EXPECT_EQ(elements_of(a), Numbers(6, 9));
  EXPECT_EQ(before[3], (Numbers{0, 3, 1, 4, 2, 5}));
}

TEST_P(ArrayTest, ReshapeTellsTheObserverOfManyAxes) {  // ASan: of memory that is there
  Ints a = numbered({2, 3});
  const Ints b = a.reshape({1, 2, 1, 3, 1, 1, -1});
  EXPECT_EQ(b.shape(), (Dims{1, 2, 1, 3, 1, 1, 1}));
}

TEST_P(ArrayTest, AStarConverts) {
  const Array<double> a = array<double>({-1.5, 300, 0});
  EXPECT_EQ(elements_of(a.astype<int>()), (std::vector<int>{-1, 300, 0}));
  EXPECT_EQ(elements_of(a.astype<bool>()), (std::vector<bool>{true, true, false}));
  EXPECT_EQ(elements_of(array<int>({300, -1}).astype<std::uint8_t>()),
            (std::vector<std::uint8_t>{44, 255}));
}

// ---- writes -------------------------------------------------------------------------------------

TEST_P(ArrayTest, ANameIsReboundAnExpressionIsWritten) {
  Ints a = numbered({2, 2});
  Ints b = numbered({2});
  const Ints former = a;
  a = b;
  EXPECT_TRUE(a.is(b));
  EXPECT_EQ(elements_of(former), count_up(4));
  Ints c = numbered({2, 2});
  c[1] = b;
  c[{all, 1}] = array<double>({7.9, -7.9});
  EXPECT_EQ(elements_of(c), (Numbers{0, 7, 0, -7}));
  c[0] = c[1];
  EXPECT_EQ(elements_of(c), (Numbers{0, -7, 0, -7}));
}

TEST_P(ArrayTest, InPlaceOperators) {
  Ints a = numbered({2, 2});
  a += 1;
  a *= a;
  a -= a[0];
  EXPECT_EQ(elements_of(a), (Numbers{0, 0, 8, 12}));
  a[1] -= 4;
  a[1] *= array<int>({2, 3});
  EXPECT_EQ(elements_of(a), (Numbers{0, 0, 8, 24}));
  Array<float> f = ones<float>({2});
  f /= 4;
  f[0] /= 2;
  f += a(1, 0);
  EXPECT_EQ(elements_of(f), (std::vector<float>{8.125f, 8.25f}));
  Array<std::uint8_t> wraps = full<std::uint8_t>({1}, 250);
  wraps += 10;
  EXPECT_EQ(wraps(0), 4);
  EXPECT_THROW(a += numbered({3}), std::invalid_argument);
  EXPECT_EQ(&(a += 1), &a);
}

TEST_P(ArrayTest, Put) {
  Ints a = numbered({2, 3});
  a.put(a > 3, -1);
  EXPECT_EQ(elements_of(a), (Numbers{0, 1, 2, 3, -1, -1}));
  a.put(array<bool>({true, false}), 7);
  EXPECT_EQ(elements_of(a), (Numbers{7, 7, 7, 3, -1, -1}));
  a.put(index_list({-1, -3}), 8);  // positions in C order, as NumPy's
  a[1].put(index_list({1}), -1);
  EXPECT_EQ(elements_of(a), (Numbers{7, 7, 7, 8, -1, 8}));
  a.put(index_list({0, 1, 2, 4}), array<Index>({4, 5}));
  EXPECT_EQ(elements_of(a), (Numbers{4, 5, 4, 8, 5, 8}));
  EXPECT_THROW(a.put(index_list({0, 6}), 0), std::out_of_range);
  EXPECT_THROW(a.put(zeros<bool>({3}), 0), std::out_of_range);
  EXPECT_EQ(elements_of(a), (Numbers{4, 5, 4, 8, 5, 8}));
  Array<bool> mask = array<bool>({true, false, true});
  mask.put(mask, false);
  EXPECT_FALSE(mask.any());
}

TEST_P(ArrayTest, Text) {
  std::ostringstream out;
  out << numbered({2, 2}).T();
  EXPECT_EQ(out.str(), "[[0 2]\n [1 3]]");
}

}  // namespace
}  // namespace cow
