#ifndef COW_CORE_ARRAY_HANDLE_H_
#define COW_CORE_ARRAY_HANDLE_H_

#include <utility>

#include "cow/core/node.h"
#include "cow/core/write_gate.h"

namespace cow::internal {

/// What all parts of `Array` work on: its one member.
class ArrayHandle {
 public:
  /// What diagnostics and other layers work on.
  const Handle& handle() const { return handle_; }

 protected:
  ArrayHandle() noexcept = default;
  explicit ArrayHandle(Handle handle) noexcept : handle_(std::move(handle)) {}

  Node& node() const { return handle_.node(); }
  // A view of a const array adds to the tree, and changes nothing that the array shows.
  Handle& mutable_handle() const { return const_cast<Handle&>(handle_); }
  /// Of a temporary: given up before the statement ends, so that it does not count as a sharer of
  /// what the statement writes.
  Handle dying() { return std::move(handle_); }

 private:
  Handle handle_;
};

}  // namespace cow::internal

#endif  // COW_CORE_ARRAY_HANDLE_H_
