#ifndef COW_CORE_LEASE_H_
#define COW_CORE_LEASE_H_

#include <memory>
#include <utility>

#include "cow/core/node.h"
#include "cow/core/write_gate.h"

namespace cow::internal {

/// Elements that may be read through a raw pointer while the lease lives. In copy-on-write mode it
/// is a snapshot: it counts as a sharer, so that writers move away from it.
class ReadLease {
 public:
  /// Errors: `std::bad_alloc`.
  explicit ReadLease(const Node& node);
  ReadLease(ReadLease&& other) noexcept;
  ReadLease& operator=(ReadLease&& other) = delete;
  ~ReadLease();

  std::byte* address() const { return address_; }

 private:
  Node* kept_ = nullptr;      // view mode
  Buffer* pinned_ = nullptr;  // copy-on-write mode
  std::byte* address_;
};

/// Elements that may be written through a raw pointer while the lease lives: the gate is passed
/// when it opens, and it is one write, of the bytes that changed, when it closes. It keeps the
/// value alive.
class WriteLease {
 public:
  /// Errors: as `WriteScope`.
  WriteLease(Node& node, Receiver receiver);
  WriteLease(WriteLease&& other) noexcept = default;
  WriteLease& operator=(WriteLease&& other) = delete;
  ~WriteLease();

  std::byte* address() const { return scope_->address(); }

 private:
  std::unique_ptr<WriteScope> scope_;
};

}  // namespace cow::internal

#endif  // COW_CORE_LEASE_H_
