// What a literal reading of the semantics gets wrong: one test a trap, in both modes. Built twice,
// with and without an observer: results and detaches must be the same.

#include <utility>

#include "cow/core/operators.h"
#include "cow/core/shares_memory.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

using Numbers = std::vector<Index>;

class TrapsTest : public ModeTest {
 protected:
  /// `in_copy_on_write` or `in_view`, whichever this test's mode calls for.
  template <class T>
  T by_mode(T in_view, T in_copy_on_write) const {
    return copies_on_write() ? in_copy_on_write : in_view;
  }
};

INSTANTIATE_TEST_SUITE_P(, TrapsTest, both_modes(), mode_name);

// ---- 1: a temporary counted as a sharer ---------------------------------------------------------

TEST_P(TrapsTest, SoleOwnerNeverDetachesInPlace) {
  Ints a = numbered({4, 4});
  EXPECT_EQ(0, detaches({&a}, [&] {
              for (int i = 0; i < 3; ++i) {
                a[0] = a[1];
                a.T()[0] += 1;
                a[{all, 2}] = a[{slice(none, none, -1), 1}];
                a[1][slice(0, 2)].fill(5);
                a[{slice(1, 3)}] += a[{slice(2, 4)}];
                a(3, 3) = a(0, 0);
                a[2](1) = 4;
                a.reshape({16})[slice(0, 2)] = 8;
                a.assign(a.T());
              }
            }));
  EXPECT_EQ(1, sharers_of(a));
}

TEST_P(TrapsTest, InPlaceThroughChainsOfTemporaries) {
  Ints a = numbered({3, 4});
  a[1][2] = 50;
  a.T()[0] = -1;
  a.T()[{slice(1, 3)}].T()[0] *= 10;
  EXPECT_EQ(elements_of(a), (Numbers{-1, 10, 20, 3, -1, 5, 50, 7, -1, 9, 10, 11}));
}

TEST_P(TrapsTest, SharerBoundToConstReferenceCounts) {
  Ints a = numbered({4});
  const Ints& b = a[slice(0, 2)];
  EXPECT_EQ(by_mode(0, 1), detaches({&a}, [&] { a[0] = 9; }));
  EXPECT_EQ(elements_of(b), by_mode(Numbers{9, 1}, Numbers{0, 1}));
}

// ---- 2: operators that keep their operands ------------------------------------------------------

TEST_P(TrapsTest, StencilOfTheSoleOwnerCopiesNothing) {
  Ints u = numbered({6});
  EXPECT_EQ(0, detaches({&u}, [&] {
              for (int i = 0; i < 3; ++i) {
                u[slice(1, -1)] = u[slice(none, -2)] + u[slice(2, none)];
                u[slice(1, -1)] = -u[slice(none, -2)] * 2 + 1;
                u += u[slice(none, none, -1)];
              }
            }));
  EXPECT_EQ(1, sharers_of(u));
}

TEST_P(TrapsTest, OperatorsAndReductionsReleaseTheirOperands) {
  Ints a = numbered({4, 4});
  Array<bool> mask = a > 7;
  EXPECT_EQ(0, detaches({&a}, [&] {
              a[0] = a[1].sum();
              a[0] = a[1].max() - a[2].min();
              a[0] = a[{slice(1, 3)}].sum(0);
              a[0] = static_cast<Index>(a[1].mean());
              a[0] = a[1].any() && a[2].all() ? 1 : 2;
            }));
  const void* before = address_of(mask);
  mask[0] = mask[1] & mask[2];
  mask[0] = mask[1] | ~mask[2];
  mask[0] = mask[1] ^ mask[2];
  EXPECT_EQ(address_of(mask), before);
}

TEST_P(TrapsTest, StencilResult) {
  Ints u = numbered({5});
  u[slice(1, -1)] = u[slice(none, -2)] + u[slice(2, none)] * 10;
  EXPECT_EQ(elements_of(u), (Numbers{0, 20, 31, 42, 4}));
}

// ---- 3: detach inside of an in-place expression -------------------------------------------------

TEST_P(TrapsTest, ValueDetachesWhileItsTemporaryWaits) {
  Ints a = numbered({4, 4});
  Ints b = a;
  const auto write_through_name = [](Ints& x) -> Index {
    x(3, 3) = 100;
    return 7;
  };
  EXPECT_EQ(by_mode(0, 1), detaches({&a, &b}, [&] { a[0].fill(write_through_name(a)); }));
  Numbers expected = count_up(16);
  expected[0] = expected[1] = expected[2] = expected[3] = 7;
  expected[15] = 100;
  EXPECT_EQ(elements_of(a), expected);
  EXPECT_EQ(elements_of(b), by_mode(expected, count_up(16)));
}

TEST_P(TrapsTest, SmallSliceDetachesWhileItsTemporaryWaits) {
  Ints a = numbered({8, 8});
  Ints c = a[{slice(1, 3), slice(1, 3)}];
  EXPECT_EQ(by_mode(0, 1), detaches({&a, &c}, [&] { c[0].fill((c.fill(4), 6)); }));
  EXPECT_EQ(elements_of(c), (Numbers{6, 6, 4, 4}));
  EXPECT_EQ(a[1].copy().sum(), by_mode<Index>(92 - 9 - 10 + 12, 92));
}

TEST_P(TrapsTest, RangeThatDetachesKeepsTheOffsetsOfItsChildren) {
  Ints a = numbered({8, 4});
  Ints rows = a[slice(5, 7)];  // a byte range that does not begin at the buffer's
  Ints row = rows[1];
  EXPECT_EQ(by_mode(0, 1), detaches({&a, &rows, &row}, [&] { rows[1][2] = -5; }));
  EXPECT_EQ(elements_of(rows), (Numbers{20, 21, 22, 23, 24, 25, -5, 27}));
  EXPECT_EQ(elements_of(row), by_mode(Numbers{24, 25, -5, 27}, Numbers{24, 25, 26, 27}));
  std::move(row)[0] = -6;  // acts for `rows`
  EXPECT_EQ(elements_of(rows), (Numbers{20, 21, 22, 23, -6, 25, -5, 27}));
}

// ---- 4, 5: leases -------------------------------------------------------------------------------

TEST_P(TrapsTest, CopiesUnderAnOpenWriteLease) {
  Ints a = numbered({3, 2});
  Ints copy, handle, view;
  {
    const Span<Index, 2> lease = a.mutable_span<2>();
    lease(0, 0) = 10;
    copy = a.copy();
    handle = a;
    view = a[0];
    lease(0, 1) = 11;
    a[1] = 7;  // through a temporary that is made under the lease
    EXPECT_EQ(lease(1, 0), 7);
    EXPECT_EQ(elements_of(copy), (Numbers{10, 1, 2, 3, 4, 5}));
    EXPECT_EQ(elements_of(view), by_mode(Numbers{10, 11}, Numbers{10, 1}));
    view(0) = -1;
    EXPECT_EQ(lease(0, 0), by_mode(-1, 10));
  }
  const Numbers written{by_mode(-1, 10), 11, 7, 7, 4, 5};
  EXPECT_EQ(elements_of(a), written);
  EXPECT_EQ(elements_of(handle), by_mode(written, Numbers{10, 1, 2, 3, 4, 5}));
}

TEST_P(TrapsTest, CopyAfterAWriteLeaseIsSafeFromItsPointer) {
  Ints a = numbered({4});
  Index* raw;
  {
    const Span<Index, 1> lease = a.mutable_span<1>();
    raw = lease.data();
  }
  const Ints b = a.copy();
  raw[0] = 99;  // wrong, but a copy is a copy
  EXPECT_EQ(elements_of(b), count_up(4));
}

TEST_P(TrapsTest, ArrayDroppedUnderItsWriteLease) {
  Ints a = numbered({4});
  Ints keeper = a.ref();
  {
    const Span<Index, 1> lease = a.mutable_span<1>();
    a = Ints();
    lease(2) = 20;
  }
  EXPECT_EQ(elements_of(keeper), (Numbers{0, 1, 20, 3}));
  {
    const Span<Index, 1> lease = keeper.mutable_span<1>();
    keeper = Ints();
    lease(1) = 10;  // ASan: the value is alive
  }
}

TEST_P(TrapsTest, WriteLeaseOfATemporary) {
  Ints a = numbered({2, 3});
  Ints b = a;
  {
    const Span<Index, 1> lease = a[1].mutable_span<1>();
    lease(0) = 30;
    a(1, 1) = 40;  // by name, under the lease: in place
    EXPECT_EQ(lease(1), 40);
  }
  EXPECT_EQ(elements_of(a), (Numbers{0, 1, 2, 30, 40, 5}));
  EXPECT_EQ(elements_of(b), by_mode(Numbers{0, 1, 2, 30, 40, 5}, count_up(6)));
}

TEST_P(TrapsTest, ReadLeaseStaysWhileBothArraysMoveOn) {
  Ints a = numbered({4});
  Ints b = a;
  const Span<const Index, 1> lease = a.span<1>();
  EXPECT_EQ(by_mode(0, 1), detaches({&a}, [&] { a(0) = 50; }));
  // The other array is the last one on the old memory, but for the lease.
  EXPECT_EQ(by_mode(0, 1), detaches({&b}, [&] { b.fill(9); }));
  EXPECT_EQ(lease(0), by_mode(9, 0));
  a = Ints();
  b = Ints();
  EXPECT_EQ(lease(3), by_mode(9, 3));
}

TEST_P(TrapsTest, OwnWritesUnderAReadLeaseDetachOnce) {
  Ints a = numbered({4});
  const Span<const Index, 1> lease = a.span<1>();
  EXPECT_EQ(by_mode(0, 1), detaches({&a}, [&] { a(0) = 50; }));
  EXPECT_EQ(0, detaches({&a}, [&] { a.fill(51); }));
  EXPECT_EQ(lease(0), by_mode(51, 0));
}

TEST_P(TrapsTest, ReadLeaseUnderAnOpenWriteLease) {
  Ints a = numbered({3});
  const Span<Index, 1> writing = a.mutable_span<1>();
  const Span<const Index, 1> reading = a.span<1>();
  writing(0) = 5;
  EXPECT_EQ(reading(0), by_mode(5, 0));
}

// ---- 6: refs ------------------------------------------------------------------------------------

TEST_P(TrapsTest, RefsMoveTogetherAfterTheirFounderDied) {
  Ints a = numbered({2, 2});
  Ints b = a;
  Ints r = a.ref();
  Ints s = a[1].ref();
  a = Ints();
  EXPECT_EQ(by_mode(0, 1), detaches({&r, &b}, [&] { s(0) = 20; }));
  EXPECT_EQ(elements_of(r), (Numbers{0, 1, 20, 3}));
  EXPECT_EQ(elements_of(s), (Numbers{20, 3}));
  EXPECT_EQ(elements_of(b), by_mode(Numbers{0, 1, 20, 3}, count_up(4)));
  EXPECT_EQ(0, detaches({&r, &b}, [&] { r[1] = 8; }));
  EXPECT_EQ(elements_of(s), (Numbers{8, 8}));
}

TEST_P(TrapsTest, RefsOutliveTheMemoryThatTheyWereMadeOn) {
  Ints a = numbered({4, 2});
  Ints r = a.ref();
  Ints b = a;
  r(0, 0) = 7;
  b = Ints();   // the memory that `r` was made on is free now
  r(1, 1) = 8;  // every way to use `r` must know that
  const Numbers expected{7, 1, 2, 8, 4, 5, 6, 7};
  EXPECT_EQ(elements_of(r.copy()), expected);
  EXPECT_EQ(elements_of(r[index_list({0, 1})]), (Numbers{7, 1, 2, 8}));
  EXPECT_EQ(elements_of(r.ref()), expected);
  EXPECT_EQ(elements_of(Ints(r)), expected);
  EXPECT_EQ(elements_of(r.T()), (Numbers{7, 2, 4, 6, 1, 8, 5, 7}));
  EXPECT_EQ(r.sum(), 40);
  EXPECT_EQ((r.span<2>()(1, 1)), 8);
  r += 1;
  EXPECT_EQ(a(1, 1), 9);
}

TEST_P(TrapsTest, CopyOfARefJoinsAndAViewOfARefDoesNot) {
  Ints a = numbered({4});
  Ints r = a.ref();
  Ints joined = r;
  Ints view = r[slice(0, 2)];
  joined(0) = 10;
  EXPECT_EQ(elements_of(a), (Numbers{10, 1, 2, 3}));
  EXPECT_EQ(elements_of(r), (Numbers{10, 1, 2, 3}));
  EXPECT_EQ(elements_of(view), by_mode(Numbers{10, 1}, Numbers{0, 1}));
  r[slice(1, 3)] = 5;
  EXPECT_EQ(elements_of(a), (Numbers{10, 5, 5, 3}));
}

TEST_P(TrapsTest, RefOfAnUnnamedArrayIsItsOwnValue) {
  const auto make = [] { return numbered({3, 3}); };
  const auto make_row = [] { return numbered({3, 3})[0]; };
  Ints r = make()[1].ref();
  r(0) = 30;
  EXPECT_EQ(elements_of(r), (Numbers{30, 4, 5}));
  Ints s = make_row().ref();
  Ints t = s;
  t(0) = 1;
  EXPECT_EQ(elements_of(s), (Numbers{1, 1, 2}));
  EXPECT_EQ(s.parent().has_value(), !copies_on_write());
  EXPECT_EQ(s.base().has_value(), !copies_on_write());
}

// ---- 8: stretched values ------------------------------------------------------------------------

/// Shape (2, 1, 2), stretched from the row {0, 1}; what it was made from is gone.
Ints stretched() {
  Ints row = numbered({2});
  return row.broadcast_to({2, 1, 2});
}

TEST_P(TrapsTest, ElementsOfAStretchedValueBecomeDistinct) {
  Ints v = stretched();
  if (!copies_on_write()) {
    EXPECT_THROW(v(0, 0, 0) = 5, ReadOnlyError);
    EXPECT_THROW(v[0] = 5, ReadOnlyError);
    EXPECT_THROW(v.fill(5), ReadOnlyError);
    EXPECT_THROW(v.ref().fill(5), ReadOnlyError);
    return;
  }
  v(0, 0, 0) = 5;
  EXPECT_EQ(elements_of(v), (Numbers{5, 1, 0, 1}));
  v = stretched();
  v[1] = 5;
  EXPECT_EQ(elements_of(v), (Numbers{0, 1, 5, 5}));
  v = stretched();
  v += v[0];
  EXPECT_EQ(elements_of(v), (Numbers{0, 2, 0, 2}));
  v = stretched();
  v[{1, 0, 1}] += 7;
  EXPECT_EQ(elements_of(v), (Numbers{0, 1, 0, 8}));
  v = stretched();
  v(1, 0, 1) += 7;
  EXPECT_EQ(elements_of(v), (Numbers{0, 1, 0, 8}));
  v = stretched();
  v.mutable_span<3>()(1, 0, 0) = 9;
  EXPECT_EQ(elements_of(v), (Numbers{0, 1, 9, 1}));
  v = stretched();
  v[index_list({1})] = 4;
  EXPECT_EQ(elements_of(v), (Numbers{0, 1, 4, 4}));
}

TEST_P(TrapsTest, RefOfAStretchedValue) {
  if (!copies_on_write()) return;
  Ints v = stretched();
  Ints r = v.ref();
  r(1, 0, 0) = 5;
  EXPECT_EQ(elements_of(r), (Numbers{0, 1, 5, 1}));
  EXPECT_EQ(elements_of(v), (Numbers{0, 1, 5, 1}));
  v[0] = 6;
  EXPECT_EQ(elements_of(r), (Numbers{6, 6, 5, 1}));
}

TEST_P(TrapsTest, SharedStretchedValueLeavesItsSourceAlone) {
  if (!copies_on_write()) return;
  Ints row = numbered({2});
  Ints v = row.broadcast_to({2, 2});
  Ints w = v;
  v(0, 1) = 9;
  EXPECT_EQ(elements_of(v), (Numbers{0, 9, 0, 1}));
  EXPECT_EQ(elements_of(w), (Numbers{0, 1, 0, 1}));
  row(0) = 8;
  EXPECT_EQ(elements_of(w), (Numbers{0, 1, 0, 1}));
}

TEST_P(TrapsTest, StretchedValueWithAReadOnlyRefIsNotWrittenInSeveralPlaces) {
  if (!copies_on_write()) return;
  Ints v = stretched();
  const Ints& reader = v;
  const Ints r = reader.ref();  // const access cannot make the elements distinct
  EXPECT_THROW(v[0] = 5, ReadOnlyError);
  EXPECT_THROW(v(0, 0, 0) = 5, ReadOnlyError);
  EXPECT_EQ(elements_of(v), (Numbers{0, 1, 0, 1}));
}

TEST_P(TrapsTest, BroadcastTemporaryIsNotWritten) {
  Ints a = numbered({2});
  EXPECT_THROW(a.broadcast_to({2, 2})[0] = 5, ReadOnlyError);
  EXPECT_THROW(a.broadcast_to({2, 2}) += 1, ReadOnlyError);
  EXPECT_THROW(a.broadcast_to({2, 2}).fill(1), ReadOnlyError);
  EXPECT_THROW(a.broadcast_to({2, 2})(1, 1) = 1, ReadOnlyError);
  EXPECT_THROW(a.broadcast_to({2, 2}).T()[0][1] = 1, ReadOnlyError);
  EXPECT_THROW(a.broadcast_to({2, 2}).ref().fill(1), ReadOnlyError);
  EXPECT_EQ(elements_of(a), count_up(2));
}

// ---- rearranged values: positions found before the gate must not be used behind it --------------

TEST_P(TrapsTest, SparseValueIsRearrangedByAWrite) {
  Ints a = numbered({4, 4});
  Ints v = a[{all, 0}];
  v(2) = 5;
  EXPECT_EQ(elements_of(v), (Numbers{0, 4, 5, 12}));
  v = a[{all, 1}];
  v(-1) += 5;
  EXPECT_EQ(elements_of(v), (Numbers{1, 5, 9, 18}));
  v = a[{all, 2}];
  v[index_list({1, -1})] = 5;
  EXPECT_EQ(elements_of(v), (Numbers{2, 5, 10, 5}));
  v = a[{all, 3}];
  v.put(v > 10, 0);
  EXPECT_EQ(elements_of(v), (Numbers{3, 7, 0, 0}));
  v = a[{all, 3}];
  v.mutable_span<1>()(2) = 50;
  EXPECT_EQ(v(2), 50);
  EXPECT_EQ(a.sum(), by_mode<Index>(120 - 3 + 5 - 10 - 26 + 50, 120));
}

// ---- 9: the tree --------------------------------------------------------------------------------

TEST_P(TrapsTest, SkippedLevelDoesNotWriteTheGrandparent) {
  Ints a = numbered({4, 4});
  Ints v = a[0];
  Ints w = v[slice(0, 2)];
  v = Ints();
  Ints u = w[0];         // skips the dead level
  std::move(w).fill(9);  // stands for itself: its parent is dead
  EXPECT_EQ(elements_of(a)[0], by_mode(9, 0));
  EXPECT_EQ(elements_of(u), Numbers{by_mode(9, 0)});
}

TEST_P(TrapsTest, TemporaryWithAChildActsForItsParent) {
  Ints a = numbered({2, 3});
  Ints v = a[0];
  Ints child = v[slice(0, 2)];
  std::move(v)[1] = 70;
  EXPECT_EQ(elements_of(a), (Numbers{0, 70, 2, 3, 4, 5}));
  EXPECT_EQ(elements_of(child), by_mode(Numbers{0, 70}, Numbers{0, 1}));
}

TEST_P(TrapsTest, TemporaryActsForTheSameArrayWithAndWithoutAChild) {
  for (const bool has_child : {false, true}) {
    Ints a = numbered({2, 3});
    Ints v = a[0];
    v(0) = 5;  // written by name: a value for good
    Ints child = has_child ? v[0] : Ints();
    std::move(v)[slice(1, 3)] = 70;
    EXPECT_EQ(elements_of(a), by_mode(Numbers{5, 70, 70, 3, 4, 5}, count_up(6)));
  }
}

TEST_P(TrapsTest, MovedHandleCopyActsForItself) {
  Ints a = numbered({3});
  Ints b = a;
  std::move(b)[0] = 9;
  EXPECT_EQ(elements_of(a), by_mode(Numbers{9, 1, 2}, count_up(3)));
}

// ---- also keep ----------------------------------------------------------------------------------

TEST_P(TrapsTest, GrowthAndSwapKeepTheNodes) {
  std::vector<Ints> arrays;
  arrays.push_back(numbered({2}));
  arrays.push_back(arrays[0][slice(0, 1)]);
  const internal::Node* first = arrays[0].handle().get();
  const internal::Node* second = arrays[1].handle().get();
  for (int i = 0; i < 100; ++i) arrays.emplace_back();
  EXPECT_EQ(arrays[0].handle().get(), first);
  std::swap(arrays[0], arrays[1]);
  EXPECT_EQ(arrays[0].handle().get(), second);
  EXPECT_EQ(arrays[1].handle().get(), first);
}

Ints named_row(Ints& a) {
  Ints row = a[1];
  return row;  // elided or moved
}
Ints moved_row(Ints& a) {
  Ints row = a[1];
  Ints other = std::move(row);
  return other;
}
Ints temporary_row(Ints& a) { return a[1]; }

TEST_P(TrapsTest, ReturnedViewsActForTheirSourceHoweverTheyAreReturned) {
  for (const auto row : {&named_row, &moved_row, &temporary_row}) {
    Ints a = numbered({2, 2});
    row(a)[0] = 9;
    EXPECT_EQ(elements_of(a), (Numbers{0, 1, 9, 3}));
    row(a) += 1;
    EXPECT_EQ(elements_of(a), (Numbers{0, 1, 10, 4}));
    Ints kept = row(a);
    kept[0] = 0;
    EXPECT_EQ(elements_of(kept), (Numbers{0, 4}));
    EXPECT_EQ(elements_of(a)[2], by_mode(0, 10));
  }
}

TEST_P(TrapsTest, ByValueParameterWritesItsOwnValue) {
  const auto modify = [](Ints x) { x[0] = 9; };
  Ints a = numbered({2});
  modify(a);
  EXPECT_EQ(elements_of(a), by_mode(Numbers{9, 1}, Numbers{0, 1}));
  modify(a[slice(0, 1)]);  // a view that has a name there
  EXPECT_EQ(elements_of(a), by_mode(Numbers{9, 1}, Numbers{0, 1}));
}

TEST_P(TrapsTest, LongChainOfViewsKeepsFewNodes) {
  Ints v = numbered({1000});
  for (int i = 0; i < 900; ++i) {
    v = v[slice(1, none)];
    int depth = 0;
    for (const internal::Node* n = v.handle().get(); n != nullptr; n = n->parent) ++depth;
    ASSERT_LE(depth, 4);
  }
  EXPECT_EQ(v.size(), 100);
  v[0] = -1;
  EXPECT_EQ(v(0), -1);
  EXPECT_EQ(v(1), 901);
}

TEST_P(TrapsTest, DeepTreeIsDroppedWithoutRecursion) {
  std::vector<Ints> chain{numbered({2})};
  for (int i = 0; i < 200000; ++i) chain.push_back(chain.back()[all]);
  Ints last = chain.back();
  chain.clear();
  last = Ints();
}

TEST_P(TrapsTest, ZeroDimensionalArraysAndTheirRefs) {
  Ints a = numbered({2, 2});
  Ints scalar = a[{1, 1}];
  EXPECT_EQ(scalar.ndim(), 0);
  Ints r = a[{0, 1}].ref();
  r.fill(10);
  r() += 5;
  EXPECT_EQ(elements_of(a), (Numbers{0, 15, 2, 3}));
  scalar() = 30;
  EXPECT_EQ(a(1, 1), by_mode(30, 3));
  a[{0, 0}] = scalar;
  EXPECT_EQ(a(0, 0), 30);
  EXPECT_EQ(elements_of(scalar[ellipsis]), Numbers{30});
}

TEST_P(TrapsTest, SelfAssignmentChangesNothing) {
  Ints a = numbered({3});
  Ints& same = a;
  const internal::Node* node = a.handle().get();
  a = same;
  EXPECT_EQ(a.handle().get(), node);
  a = std::move(same);
  EXPECT_EQ(a.handle().get(), node);
  EXPECT_EQ(0, detaches({&a}, [&] { a.assign(a); }));
  EXPECT_EQ(elements_of(a), count_up(3));
}

TEST_P(TrapsTest, ElementOfATemporaryFromAFunction) {
  Ints a = numbered({2, 2});
  temporary_row(a)(1) = 8;
  EXPECT_EQ(a(1, 1), 8);
}

// The node that a lease of a temporary leaves behind, and nodes without a buffer, can be described.
TEST_P(TrapsTest, NothingIsLeftBehind) {
  CountingObserver* observer = counting_observer();
  if (observer == nullptr) return;
  const Index records = observer->records;
  const Index frees = observer->frees;
  const Index detached = observer->detaches;
  {
    Ints a = numbered({4, 4});
    Ints b = a;
    Ints r = a.ref();
    Ints v = a[{all, 0}];
    v(1) = 1;
    b[0] = 3;
    r[1] = 2;
    a[2].mutable_span<1>()(0) = 5;
    EXPECT_GT(observer->records, records);
  }
  EXPECT_EQ(observer->records, records);
  EXPECT_EQ(observer->frees - frees, 1 + observer->detaches - detached);
  EXPECT_EQ(observer->open_writes, 0);
}

}  // namespace
}  // namespace cow
