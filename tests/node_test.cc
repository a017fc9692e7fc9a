#include "cow/core/node.h"

#include <cstring>
#include <stdexcept>
#include <utility>

#include "cow/core/make_view.h"
#include "cow/core/write_gate.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

using internal::acts_for;
using internal::Handle;
using internal::Node;
using internal::Receiver;

CountingObserver observer;
const bool is_installed = install_observer(&observer);

class NodeTest : public ModeTest {
 protected:
  void TearDown() override {
    EXPECT_EQ(observer.records, 0) << "nodes are left";
    EXPECT_EQ(observer.allocations + observer.detaches, observer.frees) << "buffers are left";
  }
};
INSTANTIATE_TEST_SUITE_P(Modes, NodeTest, both_modes(), mode_name);

Node& node_of(const Ints& a) { return a.handle().node(); }

TEST_P(NodeTest, AnArrayLeadsItselfAndARefFollows) {
  Ints a = numbered({4});
  Ints view = a[slice(0, 2)];
  Ints copy = a;
  Ints alias = a.ref();
  Ints alias_copy = alias;
  EXPECT_EQ(node_of(view).leader, &node_of(view));
  EXPECT_EQ(node_of(copy).leader, &node_of(copy));
  EXPECT_EQ(node_of(alias).leader, &node_of(a));
  EXPECT_EQ(node_of(alias_copy).leader, &node_of(a));
  EXPECT_EQ(node_of(a).members.count(), 3);
  EXPECT_EQ(sharers_of(a), copies_on_write() ? 3 : 1);
  alias_copy = Ints();
  EXPECT_EQ(node_of(a).members.count(), 2);
  a = Ints();
  alias(1) = -1;  // its value lives on
  EXPECT_EQ(elements_of(alias), std::vector<Index>({0, -1, 2, 3}));
  EXPECT_EQ(copy(1), copies_on_write() ? 1 : -1);
}

/// Whose value is written through a temporary.
TEST_P(NodeTest, ATemporaryActsForWhatItWasMadeFrom) {
  Ints a = numbered({4, 4});
  Node* const of_a = &node_of(a);
  EXPECT_EQ(acts_for(*of_a), of_a);
  EXPECT_EQ(acts_for(node_of(a[0])), of_a);
  EXPECT_EQ(acts_for(node_of(a.T()[0][slice(1, 2)])), of_a);
  EXPECT_EQ(acts_for(node_of(a.ref())), of_a);
  EXPECT_EQ(acts_for(node_of(a.ref()[0])), of_a);
  const Ints copy = a;
  EXPECT_EQ(acts_for(node_of(copy)), &node_of(copy));
  Ints view = a[0];
  EXPECT_EQ(acts_for(node_of(view[slice(0, 1)])), &node_of(view));
  view.fill(0);
  EXPECT_EQ(acts_for(node_of(view)), &node_of(view));  // it has been written by its name
  Ints orphan = numbered({4})[slice(0, 2)];
  EXPECT_EQ(acts_for(node_of(orphan))->buffer, node_of(orphan).buffer);
}

TEST_P(NodeTest, ALoopOfViewsHoldsABoundedNumberOfNodes) {
  Ints v = numbered({100});
  for (Index i = 1; i < 100; ++i) {
    v = v[slice(1, none)];
    ASSERT_EQ(v(0), i);
    ASSERT_LE(observer.records, 3);
  }
}

TEST_P(NodeTest, ATemporaryTurnsIntoAViewOfItself) {
  Ints a = numbered({4, 4});
  Ints row = a[1];
  Node* const made = &node_of(row);
  Ints part = std::move(row)[slice(1, 3)];
  EXPECT_EQ(&node_of(part), made);
  EXPECT_EQ(elements_of(part), std::vector<Index>({5, 6}));
  const Ints child = part[slice(0, 1)];
  const Ints other = std::move(part)[slice(1, 2)];  // a child hangs on it
  EXPECT_NE(&node_of(other), made);
  EXPECT_EQ(elements_of(child), std::vector<Index>({5}));
  EXPECT_EQ(elements_of(other), std::vector<Index>({6}));
}

TEST_P(NodeTest, HandlesMoveTheirNodeAndCopyToANewOne) {
  Ints a = numbered({3});
  Handle first = a.handle();
  EXPECT_NE(first.get(), a.handle().get());
  Node* const node = first.get();
  Handle second(std::move(first));
  EXPECT_EQ(second.get(), node);
  EXPECT_EQ(first.get(), nullptr);
  EXPECT_THROW(first.node(), std::invalid_argument);
  EXPECT_EQ(Handle(first).get(), nullptr);
  Handle& same = second;
  second = same;
  second = std::move(same);
  EXPECT_EQ(second.get(), node);
  second = a.handle();
  EXPECT_NE(second.get(), node);
  EXPECT_EQ(second.node().address(), address_of(a));
}

TEST_P(NodeTest, BaseAndParentAreOfTheSameValue) {
  Ints a = numbered({4, 4});
  Ints view = a[1];
  Ints part = view[slice(0, 2)];
  EXPECT_EQ(internal::base_of(node_of(a)).get(), nullptr);
  EXPECT_EQ(internal::parent_of(node_of(a)).get(), nullptr);
  const Handle base = internal::base_of(node_of(part));
  const Handle parent = internal::parent_of(node_of(part));
  if (copies_on_write()) {
    EXPECT_EQ(base.get(), nullptr);
    EXPECT_EQ(parent.get(), nullptr);
  } else {
    EXPECT_EQ(base.node().layout, node_of(a).layout);
    EXPECT_EQ(parent.node().layout, node_of(view).layout);
  }
  const Ints alias = view.ref();
  EXPECT_EQ(internal::parent_of(node_of(alias)).node().layout, node_of(view).layout);
  EXPECT_EQ(internal::base_of(node_of(alias)).node().layout,
            copies_on_write() ? node_of(view).layout : node_of(a).layout);
}

TEST_P(NodeTest, OnlyUnderAWriteableBaseCanAViewBecomeWriteable) {
  Ints a = numbered({4});
  Ints view = a[slice(0, 2)];
  view.set_writeable(false);
  view.set_writeable(true);
  EXPECT_TRUE(view.is_writeable());
  a.set_writeable(false);
  Ints late = a[slice(0, 2)];
  EXPECT_FALSE(late.is_writeable());
  EXPECT_THROW(late.set_writeable(true), std::invalid_argument);
  EXPECT_FALSE(late.is_writeable());
  a.set_writeable(true);
  late.set_writeable(true);
  EXPECT_TRUE(late.is_writeable());
}

TEST_P(NodeTest, ACopiedRangeKeepsItsCoordinates) {
  const Ints a = numbered({6});
  const internal::Buffer& from = *node_of(a).buffer;
  internal::Buffer* copy =
      internal::copy_range(from, {16, 40}, node_of(a).layout, internal::CopyTime::kNow);
  EXPECT_EQ(copy->at(16), copy->memory);
  EXPECT_EQ(copy->size_bytes, 24);
  EXPECT_EQ(copy->space, from.space);
  EXPECT_EQ(std::memcmp(copy->at(16), from.at(16), 24), 0);
  EXPECT_NE(copy->memory, from.at(16));
  internal::unpin(copy);
  ++observer.allocations;  // of a buffer, of which nobody told
}

TEST_P(NodeTest, ATemporaryFromBeforeARearrangementIsRefused) {
  const Ints row = numbered({1});
  Handle stretched(Ints(row).broadcast_to({4}).handle());
  internal::set_writeable(stretched.node(), true);
  Handle temporary = internal::make_view(stretched, stretched.node().layout,
                                         {ViewOp::Kind::kTranspose}, Receiver::kNamed);
  EXPECT_NO_THROW(internal::require_same_space(temporary.node(), stretched.node()));
  if (!copies_on_write()) return;
  internal::make_elements_distinct(stretched.node());
  EXPECT_THROW(internal::require_same_space(temporary.node(), stretched.node()),
               std::invalid_argument);
}

}  // namespace
}  // namespace cow
