#ifndef COW_CORE_OBSERVER_H_
#define COW_CORE_OBSERVER_H_

#include <cstddef>
#include <string>

#include "cow/core/layout.h"
#include "cow/core/view_op.h"

namespace cow::internal {

struct Buffer;
struct Node;

/// What kind of operation read or wrote. `kUpdate`: the read of an in-place operator, which writes
/// what it made of the elements to their places.
enum class AccessKind : std::uint8_t { kElement, kBulk, kUpdate, kReduce, kPrint, kSpan, kSave };

/// The elements that one operation reads or writes through an array.
struct Access {
  const Node& node;      // the array named in the program
  std::byte* address;    // of element (0, ..., 0) of `layout`
  const Layout& layout;  // the part of the array that is meant; its offset is not used
  AccessKind kind;
  /// Of the elements of `layout` only those at these byte distances from `address`.
  bool is_scattered = false;
  absl::Span<const Index> displacements = {};
  /// Of these only the ones whose bytes change (a write lease).
  bool only_changed = false;
  /// A read that did not take place if `on_read_taken_back` is the next call on this thread:
  /// `a[mask]` may turn out to be the left side of an assignment.
  bool may_be_left_side = false;
  /// Of the copy of the source that a write needed because it overlaps the destination.
  Index temporary_bytes = 0;
};

}  // namespace cow::internal

namespace cow {

/// The seam between arrays and diagnostics: told of everything that arrays do, decides nothing.
/// Core never asks whether there is one in order to decide what to do. Methods are called on the
/// thread that acts, with no lock held; they must not call back into the arrays that they are told
/// of, and must not throw.
class AccessObserver {
 public:
  virtual ~AccessObserver() = default;

  /// `node` is a new array that is made from no other: the owner of a new buffer or, in
  /// copy-on-write mode, a copy that has not needed one yet.
  virtual void on_allocate(internal::Node& node) = 0;
  /// `made` was made from `source`; the same node if a temporary turned into what was made of it.
  virtual void on_view(internal::Node& made, const internal::Node& source, const ViewOp& op) = 0;
  /// `made`, just allocated, has what all elements of `source` are: `a.copy()`.
  virtual void on_copy(internal::Node& /*made*/, const internal::Node& /*source*/) {}
  /// `made`, just allocated, takes copies of elements of `source` where a view might be expected:
  /// `auto c = a[mask]`, `auto c = a.T().reshape({-1})`.
  virtual void on_indexing_copy(internal::Node& made, const internal::Node& source) = 0;
  /// Before the elements are read.
  virtual void on_read(const internal::Access& access) = 0;
  /// The last read on this thread, which `may_be_left_side`, did not take place.
  virtual void on_read_taken_back() = 0;
  /// A read span of `node`, which `on_read` told of, has closed. View mode only: in the other it is
  /// a snapshot, and holds no array.
  virtual void on_read_span_end(const internal::Node& /*node*/) {}
  /// Before a byte changes; `value` is the leader of the value written, `dying_source` a temporary
  /// that the write consumes, or null. What it returns is given to the call that follows the write;
  /// no call follows if it is null.
  virtual void* before_write(const internal::Access& access, const internal::Node& value,
                             const internal::Node* dying_source) = 0;
  virtual void after_write(const internal::Access& access, void* token) = 0;
  /// A write was refused because the array is read-only.
  virtual void on_refused_write(const internal::Node& node) = 0;
  /// `value` moved from `from` to its own copy of `bytes_copied` bytes.
  virtual void on_detach(internal::Node& value, internal::Buffer& from, Index bytes_copied) = 0;
  /// The handle of `node` is gone.
  virtual void on_release(internal::Node& node) = 0;
  /// `node`, which has a record, is about to be freed; no array refers to it any more.
  virtual void on_forget(internal::Node& node) = 0;
  /// The memory of `buffer` is about to be freed.
  virtual void on_free(internal::Buffer& buffer) = 0;
  /// `node` got a label.
  virtual void on_label(internal::Node& node) = 0;
  /// The tree of arrays that share `node`'s buffer, as text, one line an array.
  virtual std::string view_tree_text(const internal::Node& node) = 0;
};

/// Installs the observer of the process, once and for good; arrays on buffers made before stay
/// unobserved. `observer` is never destroyed. Returns false if there is one already.
bool install_observer(AccessObserver* observer);

/// The observer, or null.
AccessObserver* current_observer();

}  // namespace cow

#endif  // COW_CORE_OBSERVER_H_
