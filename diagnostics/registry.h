#ifndef COW_DIAGNOSTICS_REGISTRY_H_
#define COW_DIAGNOSTICS_REGISTRY_H_

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "cow/core/layout.h"
#include "cow/core/node.h"
#include "cow/core/observer.h"
#include "cow/core/overlap.h"
#include "cow/diagnostics/element_history.h"
#include "cow/diagnostics/extent_index.h"
#include "cow/diagnostics/memory_twin.h"
#include "cow/diagnostics/stack.h"

/// What is known of each buffer, value and array. No locks: the sanitizer has one.
namespace cow::alsan {

struct ArrayRecord;
struct BufferRecord;

/// A value (see `Value`) that an array, another value or a pending write refers to.
struct ValueRecord {
  Value value;
  BufferRecord* buffer;
  std::shared_ptr<ValueRecord> made_from;
  std::vector<ArrayRecord*> arrays;  // whose handles are alive
  bool has_written = false;
  std::list<ValueRecord*>::iterator place_in_births;  // in `buffer->births`
  absl::flat_hash_set<std::uint64_t>* known;          // the registry's, which it is in

  ~ValueRecord();
};

/// A block of memory and the values on it.
struct BufferRecord {
  int number;  // as reports name it, from 1
  DType dtype;
  Index size_bytes;
  std::byte* memory;
  /// Twins are kept. False in copy-on-write mode, where no write shows in another value.
  bool is_judged;
  bool is_foreign;  // borrowed
  /// Begun at the first write that another array could see.
  std::unique_ptr<ElementHistory> history = nullptr;
  /// Of memory that raw pointers reach, if it is watched: borrowed (AS007), or lent for writing
  /// (AS005). Else null.
  std::unique_ptr<MemoryTwin> twin = nullptr;
  /// Of borrowed memory that is there until it is given back: its first array.
  std::shared_ptr<ArrayRecord> borrowed_by = nullptr;
  /// The last span for writing that was closed; none of borrowed memory.
  std::shared_ptr<ArrayRecord> lent_through = nullptr;
  StackId lent_at = 0;
  StackId made_at = 0;  // of its first array
  /// Writes that changed something and are or were in the log; writes that were not recorded.
  std::int64_t logged_writes = 0;
  std::int64_t unrecorded_writes = 0;
  std::list<ValueRecord*> births = {};  // oldest first
  /// Of the arrays alive, from when there are many; of view mode, where they stay where they are.
  int arrays_alive = 0;
  std::unique_ptr<ExtentIndex> extents = nullptr;
  /// What most reads and writes of single elements need to know, without the lock: nothing can
  /// differ from anybody's twin; and nobody else can see a write. Those whose arrays share a value,
  /// or a buffer in view mode, have a lock of their own (contract 3.7).
  std::atomic<bool> is_quiet{true};
  std::atomic<bool> is_alone{false};

  /// Calls `fn` for the arrays alive that may have a byte of `extent`, until it returns false;
  /// those of values that are `passing` too.
  void find_arrays(const Extent& extent, absl::FunctionRef<bool(const ArrayRecord&)> fn) const;

  /// To be called when any of `history`, `twin`, `births` or their arrays has changed.
  void update_flags();

  Index itemsize() const { return dtype_size_bytes(dtype); }
  Index element_count() const { return size_bytes / itemsize(); }
  /// The number of the element at `address`, in the order of memory.
  Index element_at(const std::byte* address) const { return (address - memory) / itemsize(); }
  std::byte* address_of(Index element) const { return memory + element * itemsize(); }
};

/// What becomes of a copy made by an index, such as `a[mask]`, with the views made of it.
struct IndexingCopy {
  std::shared_ptr<ArrayRecord> copied_from;
  int arrays_alive = 0;
  bool was_read = false;
  bool was_written = false;
  StackId written_at = 0;
};

/// An array, alive or dead: the log and the tree may name it longer than it lives.
struct ArrayRecord {
  std::uint64_t number;
  DType dtype;
  int buffer_number;
  Index buffer_bytes;
  StackId made_at;
  std::string label;
  std::string how_made;  // behind the name of `made_from`: "[1:3]", ".T"
  std::shared_ptr<ArrayRecord> made_from;
  std::shared_ptr<ValueRecord> value;  // null once the node is gone
  Layout layout;
  std::byte* address;  // of element (0, ..., 0)
  bool is_alive = true;
  bool is_declared = false;                     // made by .ref()
  std::shared_ptr<IndexingCopy> indexing_copy;  // that it is, or was made from; else null

  /// The record itself, while the node has it.
  std::shared_ptr<ArrayRecord> of_node;

  Index itemsize() const { return dtype_size_bytes(dtype); }
};

/// The label, or how it was made from what has one, or "array#3".
std::string name_of(const ArrayRecord& array);

/// The array that `array` was made from first, or itself.
const ArrayRecord& owner_of(const ArrayRecord& array);

/// Is `ancestor` what `array` was made from, directly or not?
bool is_made_from(const ArrayRecord& array, const ArrayRecord& ancestor);

/// Where the elements of `array` are.
StridedMemory memory_of(const ArrayRecord& array);

/// From the lowest byte to the highest of elements, of which (0, ..., 0) is at `address`.
Extent extent_of(const std::byte* address, const Layout& layout, Index itemsize);
inline Extent extent_of(const ArrayRecord& array) {
  return extent_of(array.address, array.layout, array.itemsize());
}

/// The index tuple of the element at `address` in `array`; false if it is not one of its elements.
bool index_of(const ArrayRecord& array, const std::byte* address, Dims* index);

class Registry {
 public:
  /// A new array that is made from no other.
  ArrayRecord* add_owner(internal::Node& node, Moment now, StackId site);
  /// An array made from another; or what a temporary turned into, if they are the same node.
  ArrayRecord* add_view(internal::Node& made, const internal::Node& source, const ViewOp& op,
                        Moment now, StackId site);
  /// `made`, just added, is a copy of elements of `source`.
  void mark_indexing_copy(internal::Node& made, const internal::Node& source);
  /// The value that `leader` leads is on another buffer now.
  void move_value(internal::Node& leader);
  /// The handle is gone; then: the node is.
  void release(internal::Node& node);
  void forget(internal::Node& node);
  void free_buffer(internal::Buffer& buffer);

  /// What is known of an observed array.
  static const std::shared_ptr<ArrayRecord>& record_of(const internal::Node& node) {
    return array_of(node).of_node;
  }
  static const ArrayRecord& array_of(const internal::Node& node) {
    return *static_cast<const ArrayRecord*>(node.record);
  }

  /// What is known of a buffer; null if no array on it was watched.
  static const BufferRecord* record_of(const internal::Buffer& buffer) {
    return static_cast<const BufferRecord*>(buffer.record);
  }

  /// The arrays of `buffer` that are alive, and what they were made from, depth first.
  struct TreeEntry {
    int depth;
    const ArrayRecord* array;
  };
  static std::vector<TreeEntry> tree_of(const BufferRecord& buffer);

  /// Is there still a record of this value?
  bool is_known(std::uint64_t value) const { return values_.contains(value); }

  std::int64_t owner_count() const { return owner_count_; }
  std::int64_t view_count() const { return view_count_; }

 private:
  BufferRecord* buffer_record(internal::Buffer& buffer);
  std::shared_ptr<ValueRecord> new_value(BufferRecord* buffer, Moment birth,
                                         std::shared_ptr<ValueRecord> made_from);
  std::shared_ptr<ArrayRecord> new_array(internal::Node& node, StackId site);
  void add_to_value(ArrayRecord* array, std::shared_ptr<ValueRecord> value);

  absl::flat_hash_set<std::uint64_t> values_;
  std::uint64_t next_value_ = 1;
  std::uint64_t next_array_ = 1;
  int next_buffer_ = 1;
  std::int64_t owner_count_ = 0;
  std::int64_t view_count_ = 0;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_REGISTRY_H_
