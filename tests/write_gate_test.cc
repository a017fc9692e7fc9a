#include "cow/core/write_gate.h"

#include <utility>

#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

using internal::AccessKind;
using internal::Node;
using internal::Receiver;
using internal::WriteScope;

CountingObserver observer;
const bool is_installed = install_observer(&observer);

constexpr Index kItemsize = sizeof(Index);

class WriteGateTest : public ModeTest {
 protected:
  void TearDown() override {
    EXPECT_EQ(observer.open_writes, 0);
    EXPECT_EQ(observer.records, 0);
  }
  Index if_copies(Index count) const { return copies_on_write() ? count : 0; }
};
INSTANTIATE_TEST_SUITE_P(Modes, WriteGateTest, both_modes(), mode_name);

Node& node_of(const Ints& a) { return a.handle().node(); }

/// Bytes that the observer was told of as copied by `write`.
template <class Write>
Index copied_by(Write write) {
  const Index before = observer.detached_bytes;
  write();
  return observer.detached_bytes - before;
}

TEST_P(WriteGateTest, OnlyTheWriterOfSharedMemoryDetaches) {
  Ints a = numbered({8});
  EXPECT_EQ(detaches({&a}, [&] { a.fill(1); }), 0);
  Ints b = a;
  Ints c = a[slice(2, 6)];
  EXPECT_EQ(detaches({&a, &b, &c}, [&] { c.fill(2); }), if_copies(1));
  EXPECT_EQ(detaches({&a, &b, &c}, [&] { c.fill(3); }), 0);
  EXPECT_EQ(detaches({&a, &b, &c}, [&] { a.fill(4); }), if_copies(1));
  EXPECT_EQ(detaches({&a, &b, &c}, [&] { b.fill(5); }), 0);  // the last one there
  EXPECT_EQ(a(2), copies_on_write() ? 4 : 5);
  EXPECT_EQ(c(0), copies_on_write() ? 3 : 5);
}

/// The elements alone where that saves half and nothing was made from them; else their byte range
/// where that does; else all.
void expect_frugal_detach(Mode mode, const Slice& part, bool has_child) {
  constexpr Index kLength = 12;
  const Ints a = numbered({kLength});
  Ints owner = a;
  Ints view = owner[part];
  const Ints child = has_child ? view[slice(0, 1)] : Ints();
  const std::vector<Index> before = elements_of(view);
  const Index count = view.size();
  const Index range = before.back() - before.front() + 1;
  const bool gathers = !has_child && count < range && 2 * count <= kLength;
  const Index expected = gathers ? count : 2 * range <= kLength ? range : kLength;
  const bool copies = mode == Mode::kCopyOnWrite;
  const Index copied = copied_by([&] {
    const WriteScope scope(node_of(view), Receiver::kNamed);
    EXPECT_EQ(scope.rearranged(), copies && gathers);
  });
  EXPECT_EQ(copied, copies ? expected * kItemsize : 0) << index_text({part});
  EXPECT_EQ(elements_of(view), before);
  EXPECT_EQ(elements_of(a), count_up(kLength));
  if (has_child) {
    EXPECT_EQ(elements_of(child).front(), before.front());
  }
}

TEST_P(WriteGateTest, CopiesNoMoreThanItHasTo) {
  for (Index start = 0; start < 12; ++start) {
    for (Index stop = start + 1; stop <= 12; ++stop) {
      for (Index step = 1; step < 5; ++step) {
        expect_frugal_detach(GetParam(), slice(start, stop, step), false);
        expect_frugal_detach(GetParam(), slice(start, stop, step), true);
      }
    }
  }
}

TEST_P(WriteGateTest, AValueOfSeveralArraysKeepsItsArrangement) {
  Ints a = numbered({12});
  Ints sparse = a[slice(0, none, 3)];
  Ints alias = sparse.ref();
  EXPECT_EQ(copied_by([&] { alias(1) = -1; }), if_copies(12 * kItemsize));
  EXPECT_EQ(sparse(1), -1);
  EXPECT_EQ(a(3), copies_on_write() ? 3 : -1);
}

TEST_P(WriteGateTest, AnElementKeepsItsPlaceWhenRearranged) {
  Ints a = numbered({4, 6});
  Ints sparse = a[{all, slice(none, none, -3)}];
  const std::vector<Index> before = elements_of(sparse);
  sparse(2, 1) = -1;
  std::vector<Index> expected = before;
  expected[2 * 2 + 1] = -1;
  EXPECT_EQ(elements_of(sparse), expected);
}

TEST_P(WriteGateTest, PassingTemporariesDoNotCount) {
  Ints a = numbered({8});
  EXPECT_EQ(detaches({&a}, [&] { a[slice(0, 4)] = 1; }), 0);
  EXPECT_EQ(detaches({&a}, [&] { a[slice(0, 4)] = a[slice(4, 8)]; }), 0);
  EXPECT_EQ(detaches({&a}, [&] { a += a[slice(none, none, -1)]; }), 0);
  EXPECT_EQ(detaches({&a}, [&] { a.T()[slice(0, 4)][1] += 1; }), 0);
  Ints b = a;
  EXPECT_EQ(detaches({&a}, [&] { a.assign(std::move(b)); }), 0);
  // One that stays does, although it is read only.
  const Ints half = a[slice(0, 4)];
  EXPECT_EQ(detaches({&a}, [&] { a[slice(4, 8)] = half; }), if_copies(1));
}

TEST_P(WriteGateTest, AReadOnlyArrayIsRefusedBeforeAnythingChanges) {
  Ints a = numbered({8});
  Ints b = a;
  b.set_writeable(false);
  const void* const memory = address_of(b);
  const int sharers = sharers_of(b);
  const Index refusals = observer.refusals, writes = observer.writes;
  EXPECT_THROW(b.fill(1), ReadOnlyError);
  EXPECT_THROW(b(0) = 1, ReadOnlyError);
  EXPECT_THROW(b += a, ReadOnlyError);
  EXPECT_THROW(b[slice(0, 2)] = a[slice(0, 2)], ReadOnlyError);
  EXPECT_EQ(observer.refusals, refusals + 4);
  EXPECT_EQ(observer.writes, writes);
  EXPECT_EQ(address_of(b), memory);
  EXPECT_EQ(sharers_of(b), sharers);
  EXPECT_EQ(elements_of(a), count_up(8));
}

TEST_P(WriteGateTest, ATemporaryBroadcastIsRefused) {
  Ints a = numbered({3});
  EXPECT_THROW(a.broadcast_to({2, 3}) = 1, ReadOnlyError);
  EXPECT_THROW(a.broadcast_to({2, 3})[0] = 1, ReadOnlyError);
  EXPECT_EQ(elements_of(a), count_up(3));
  Ints named = a.broadcast_to({2, 3});
  EXPECT_EQ(named.is_writeable(), copies_on_write());
  if (!copies_on_write()) return;
  named(1, 2) = -1;
  EXPECT_EQ(elements_of(named), std::vector<Index>({0, 1, 2, 0, 1, -1}));
  EXPECT_EQ(elements_of(a), count_up(3));
}

TEST_P(WriteGateTest, ElementsBecomeDistinctInCopyOnWriteMode) {
  Ints a = numbered({1});
  Ints stretched = a.broadcast_to({4});
  internal::make_elements_distinct(node_of(stretched));
  EXPECT_EQ(stretched.strides()[0], copies_on_write() ? kItemsize : 0);
  EXPECT_EQ(address_of(stretched) == address_of(a), !copies_on_write());
  EXPECT_EQ(elements_of(stretched), std::vector<Index>(4, 0));
}

TEST_P(WriteGateTest, TellsOfEachBeginOnceAndOfNothingElse) {
  Ints a = numbered({8});
  Node& node = node_of(a);
  const Index displacements[] = {8, 24};
  const auto writes_told = [&](auto begin) {
    const Index before = observer.writes;
    {
      WriteScope scope(node, Receiver::kNamed);
      EXPECT_EQ(scope.address(), address_of(a));
      EXPECT_EQ(&scope.value(), &node);
      begin(scope);
    }
    return observer.writes - before;
  };
  EXPECT_EQ(writes_told([](WriteScope&) {}), 0);
  EXPECT_EQ(writes_told([](WriteScope& scope) { scope.begin(AccessKind::kBulk); }), 1);
  EXPECT_EQ(writes_told([&](WriteScope& scope) { scope.begin_scattered(displacements); }), 1);
  const Index value = 7;
  EXPECT_EQ(writes_told([&](WriteScope& scope) { scope.write_element(16, &value); }), 1);
  EXPECT_EQ(elements_of(a)[2], 7);
  EXPECT_EQ(writes_told([](WriteScope& scope) { scope.begin_lease(); }), 1);
  const Index reads = observer.reads;
  EXPECT_EQ(internal::begin_read(node, AccessKind::kBulk), address_of(a));
  EXPECT_EQ(internal::begin_read_scattered(node, displacements), address_of(a));
  EXPECT_EQ(internal::begin_read_element(node, 16), node.data + 16);
  EXPECT_EQ(observer.reads, reads + 3);
}

}  // namespace
}  // namespace cow
