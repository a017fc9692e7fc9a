#include "cow/tests/counting_observer.h"

#include "cow/core/buffer.h"
#include "cow/core/node.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

using internal::Access;
using internal::Buffer;
using internal::Node;

std::atomic<unsigned> sink{0};

/// Reads what the event says can be read: ASan and TSan see if it cannot.
void touch(const Access& access) {
  const Index itemsize = access.node.itemsize();
  unsigned sum = 0;
  const auto read = [&](Index displacement) {
    for (Index byte = 0; byte < itemsize; ++byte) {
      sum += static_cast<unsigned>(access.address[displacement + byte]);
    }
  };
  if (access.is_scattered) {
    for (Index displacement : access.displacements) read(displacement);
  } else {
    const Index size = access.layout.size();
    for (Index i = 0; i < size; ++i) read(access.layout.displacement_of_flat(i));
  }
  sink.fetch_add(sum, std::memory_order_relaxed);
}

}  // namespace

void CountingObserver::keep_record(Node& node) {
  if (node.record != nullptr) return;
  node.record = this;
  ++records;
}

void CountingObserver::on_allocate(Node& node) {
  EXPECT_EQ(node.parent, nullptr);
  keep_record(node);
  ++allocations;
}

void CountingObserver::on_view(Node& made, const Node& source, const ViewOp& op) {
  EXPECT_TRUE(made.parent != nullptr || &made == &source);
  Index sum = 0;
  for (const IndexItem& item : op.items) sum += static_cast<Index>(item.kind());
  for (Index number : op.numbers) sum += number;
  if (op.kind == ViewOp::Kind::kReshape || op.kind == ViewOp::Kind::kBroadcastTo) {
    EXPECT_EQ(op.numbers, made.layout.shape());
  }
  sink.fetch_add(static_cast<unsigned>(sum), std::memory_order_relaxed);
  keep_record(made);
  ++views;
}

void CountingObserver::on_indexing_copy(internal::Node& made, const internal::Node& source) {
  EXPECT_NE(&made, &source);
  ++indexing_copies;
}

void CountingObserver::on_read(const Access& access) {
  touch(access);
  ++reads;
}

void* CountingObserver::before_write(const Access& access, const Node& value, const Node*) {
  EXPECT_EQ(value.leader, &value);
  EXPECT_GT(value.members.count(), 0);
  touch(access);
  ++open_writes;
  return const_cast<std::byte*>(access.address);
}

void CountingObserver::after_write(const Access& access, void* token) {
  EXPECT_EQ(token, access.address);
  touch(access);
  --open_writes;
  ++writes;
}

void CountingObserver::on_refused_write(const Node& node) {
  EXPECT_GE(node.layout.ndim(), 0);
  ++refusals;
}

void CountingObserver::on_detach(Node& value, Buffer& from, Index bytes_copied) {
  EXPECT_EQ(value.leader, &value);
  EXPECT_NE(value.buffer, &from);
  EXPECT_EQ(value.buffer->size_bytes, bytes_copied);
  EXPECT_GT(from.sharers.count(), 0);
  ++detaches;
  detached_bytes += bytes_copied;
}

void CountingObserver::on_release(Node& node) {
  EXPECT_TRUE(node.alive.load());
  ++releases;
}

void CountingObserver::on_forget(Node& node) {
  EXPECT_EQ(node.record, this);
  EXPECT_FALSE(node.alive.load());
  --records;
}

void CountingObserver::on_free(Buffer& buffer) {
  EXPECT_EQ(buffer.sharers.count(), 0);
  ++frees;
}

void CountingObserver::on_label(Node& node) {
  EXPECT_NE(node.label, nullptr);
  ++labels;
}

std::string CountingObserver::view_tree_text(const Node&) { return "the observer's tree\n"; }

CountingObserver* counting_observer() {
  return dynamic_cast<CountingObserver*>(current_observer());
}

}  // namespace cow
