#include "cow/core/lease.h"

#include "cow/core/observer.h"

namespace cow::internal {

ReadLease::ReadLease(const Node& node) {
  if (node.has(kCopyOnWrite)) {
    Buffer& buffer = node.current_buffer();
    if (buffer.write_leases.load(std::memory_order_acquire) > 0) {
      // Raw pointers write there: a snapshot needs its own bytes.
      pinned_ = copy_range(buffer, node.layout.byte_range(node.itemsize()), node.layout,
                           CopyTime::kLazily);
    } else {
      buffer.sharers.increment();
      pinned_ = &buffer;
    }
    address_ = pinned_->at(node.layout.offset());
  } else {
    kept_ = const_cast<Node*>(&node);
    keep_node(*kept_);
    address_ = node.data;
  }
  begin_read(node, AccessKind::kSpan);
}

ReadLease::ReadLease(ReadLease&& other) noexcept
    : kept_(std::exchange(other.kept_, nullptr)),
      pinned_(std::exchange(other.pinned_, nullptr)),
      address_(other.address_) {}

ReadLease::~ReadLease() {
  if (kept_ != nullptr) {
    if (kept_->has(kObserved)) current_observer()->on_read_span_end(*kept_);
    release_node(*kept_);
  }
  if (pinned_ != nullptr) unpin(pinned_);
}

WriteLease::WriteLease(Node& node, Receiver receiver)
    : scope_(std::make_unique<WriteScope>(node, receiver)) {
  Node& leader = scope_->value();
  keep_node(node);
  keep_node(leader);
  keep_value(leader);
  if (node.has(kCopyOnWrite)) {
    leader.buffer->write_leases.fetch_add(1, std::memory_order_acq_rel);
    leader.buffer->was_leased_for_writing.store(true, std::memory_order_relaxed);
  }
  scope_->begin_lease();
}

WriteLease::~WriteLease() {
  if (scope_ == nullptr) return;
  Node& node = scope_->node();
  Node& leader = scope_->value();
  scope_.reset();
  if (leader.has(kCopyOnWrite)) {
    leader.buffer->write_leases.fetch_sub(1, std::memory_order_acq_rel);
  }
  release_value(leader);
  release_node(leader);
  release_node(node);
}

}  // namespace cow::internal
