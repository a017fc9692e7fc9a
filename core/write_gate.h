#ifndef COW_CORE_WRITE_GATE_H_
#define COW_CORE_WRITE_GATE_H_

#include <optional>

#include "cow/core/node.h"
#include "cow/core/observer.h"

/// The one gate before any byte of an array changes: refuses read-only arrays, finds whose value is
/// written, lets that value take its own copy of shared memory, tells the observer.
namespace cow::internal {

/// What a write is about to do, which decides how memory that is shared is copied for it.
enum class WriteKind {
  kSome,       ///< Writes some elements.
  kUpdate,     ///< Writes all elements of the array, and may read them.
  kOverwrite,  ///< Writes all elements of the array and reads none of the buffer's, nor throws.
};

/// `kOverwrite` if the elements of `source` are not in the memory that `destination` is in.
WriteKind kind_of_assignment(const Node& destination, const Node& source);

/// A write through `node`. Construction passes the gate; `begin` tells the observer that bytes are
/// about to change, destruction that they have.
class WriteScope {
 public:
  /// `receiver`: `kNamed` if the array stands for itself, `kTemporary` if it acts for the array
  /// that it was made from. `dying_source` is a temporary that the write consumes, or null: it does
  /// not count as a sharer. Errors: `ReadOnlyError`, `std::bad_alloc`; nothing has changed then.
  WriteScope(Node& node, Receiver receiver, const Node* dying_source = nullptr,
             WriteKind kind = WriteKind::kSome);
  ~WriteScope() {
    if (access_) finish();
  }
  WriteScope(const WriteScope&) = delete;
  WriteScope& operator=(const WriteScope&) = delete;

  /// Of element (0, ..., 0) of the array, where the bytes are to be written.
  std::byte* address() const { return address_; }
  /// The array's layout, which passing the gate may have changed.
  const Layout& layout() const { return node_.layout; }
  Node& node() const { return node_; }
  /// Passing the gate has moved the elements to other byte distances from `address()`.
  bool rearranged() const { return rearranged_; }
  /// The leader of the value that is written.
  Node& value() const { return *value_; }
  /// What the bytes to be written are in.
  const Buffer& buffer() const { return *buffer_; }

  /// All elements are about to be written, from a copy of `temporary_bytes` if that is not 0.
  void begin(AccessKind kind, Index temporary_bytes = 0) {
    if (node_.has(kObserved)) {
      Access access{node_, address_, node_.layout, kind};
      access.temporary_bytes = temporary_bytes;
      start(access);
    }
  }
  /// The same, of only the elements at these byte distances from `address()`.
  void begin_scattered(absl::Span<const Index> displacements, Index temporary_bytes = 0) {
    if (node_.has(kObserved)) {
      Access access{node_, address_, node_.layout, AccessKind::kBulk, true, displacements};
      access.temporary_bytes = temporary_bytes;
      start(access);
    }
  }
  /// Some elements, by raw pointer, until the scope ends.
  void begin_lease() {
    if (node_.has(kObserved)) {
      start({node_, address_, node_.layout, AccessKind::kSpan, false, {}, true});
    }
  }
  /// Writes one element, at this byte distance from `address()`, and tells of it.
  void write_element(Index displacement, const void* value);

 private:
  void start(const Access& access);
  void finish();

  Node& node_;
  Node* value_;
  const Buffer* buffer_;
  std::byte* address_;
  bool rearranged_ = false;
  const Node* dying_source_;
  std::optional<Access> access_;
  void* token_ = nullptr;
};

/// Tells the observer that the elements of `node` are read; returns where they are.
std::byte* begin_read(const Node& node, AccessKind kind);

/// The same for only the elements at these byte distances. `may_be_left_side`: perhaps
/// `take_back_read` follows.
std::byte* begin_read_scattered(const Node& node, absl::Span<const Index> displacements,
                                bool may_be_left_side = false);

/// The read of `node` just told turned out to be the left side of an assignment.
void take_back_read(const Node& node);

/// One element of an observed or grouped array.
std::byte* begin_read_element(const Node& node, Index displacement);

/// Where an element is: its byte distance from element (0, ..., 0), and its number in C order,
/// which stays the same when the gate rearranges the array.
struct ElementPlace {
  Index displacement;
  Index flat;
};

/// Whether an array in copy-on-write mode that acts for itself is written where it is: it is
/// neither observed nor read-only nor a ref, its elements are distinct, and it shares its memory
/// with none.
inline bool is_sole_owner(const Node& node) {
  return (node.flags & kSlowWrite) == kCopyOnWrite && node.buffer->sharers.count() == 1;
}

/// Writes one element through the gate. `value` has the array's element type.
void write_element(Node& node, Receiver receiver, ElementPlace place, const void* value);

/// In copy-on-write mode an array with several index tuples for one element becomes one of distinct
/// elements, before anything is made from it that could be written. Errors: `std::bad_alloc`.
void make_elements_distinct(Node& node);

}  // namespace cow::internal

#endif  // COW_CORE_WRITE_GATE_H_
