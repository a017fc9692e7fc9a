#ifndef COW_CORE_NODE_H_
#define COW_CORE_NODE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cow/core/buffer.h"
#include "cow/core/layout.h"
#include "cow/core/node_memory.h"
#include "cow/core/ref_count.h"
#include "cow/core/view_op.h"

/// The array node and its life. One node an array, in every mode, so that the view tree, labels and
/// read-only marks are the same with and without diagnostics.
///
///     Array<T> ---> Node ---------> Buffer
///                    | leader        (memory, sharers)
///                    | parent
///
/// A *value* is a leader node and the nodes that point at it (`.ref()` and copies of refs); a plain
/// array leads itself. In view mode only the owner's node pins the buffer, and a view keeps its
/// parent's node, hence the owner's, in memory. In copy-on-write mode each value pins its buffer
/// once, and `leader->buffer` is where the value lives now.
namespace cow::internal {

enum NodeFlag : std::uint32_t {
  kObserved = 1 << 0,
  kCopyOnWrite = 1 << 1,
  kReadOnly = 1 << 2,
  /// A ref in copy-on-write mode: its address follows its leader's buffer.
  kGrouped = 1 << 3,
  /// Several index tuples are one element.
  kStretched = 1 << 4,
  /// Made by `broadcast_to`, or from such a temporary: not to be written in place.
  kThroughBroadcast = 1 << 5,
  /// In the value of another array: `.ref()`.
  kDeclared = 1 << 6,
  kHandleCopy = 1 << 7,
  kWrittenByName = 1 << 8,
  /// An ancestor that died was skipped: as an rvalue it stands for itself.
  kActsForItself = 1 << 9,
  /// View mode: holds the buffer's one pin.
  kOwnsBuffer = 1 << 10,
  /// Read-only because it came from a const array, whatever was made of that later.
  kFromConst = 1 << 11,
};

/// Flags without which an element may be read, or written, at `data` directly.
inline constexpr std::uint32_t kSlowRead = kObserved | kGrouped;
inline constexpr std::uint32_t kSlowWrite =
    kObserved | kGrouped | kCopyOnWrite | kReadOnly | kStretched;

struct Node {
  Node() = default;
  /// Of the layout that `arrange` makes of `from`, in its place.
  template <class Arrange>
  Node(const Layout& from, const Arrange& arrange) : layout(arrange(from)) {}

  static void* operator new(std::size_t size_bytes) { return take_node_memory(size_bytes); }
  static void operator delete(void* memory) noexcept { give_back_node_memory(memory); }

  Layout layout;  // first: what follows need not be set before `arrange` returns
  /// What keeps the node in memory: its handle, children, members it leads, leases.
  RefCount memory{1};
  /// Keep the struct, but not what it holds: 1 for all of `memory`, and who remembers the node.
  RefCount watchers{1};
  /// Of a leader: handles and write leases of its value.
  RefCount members{1};
  /// The handle exists. Read by the threads of children, hence a word of its own.
  std::atomic<bool> alive{true};
  DType dtype = DType::kBool;
  std::uint32_t flags = 0;
  std::byte* data = nullptr;  // address of element (0, ..., 0), unless grouped
  Buffer* buffer = nullptr;
  Node* leader = this;
  Node* parent = nullptr;
  void* record = nullptr;  // the observer's
  std::unique_ptr<std::string> label;

  bool has(std::uint32_t any_of) const { return (flags & any_of) != 0; }
  /// The buffer that the array's value lives in now.
  Buffer& current_buffer() const { return has(kGrouped) ? *leader->buffer : *buffer; }
  std::byte* address() const { return has(kGrouped) ? leader->buffer->at(layout.offset()) : data; }
  Index itemsize() const { return dtype_size_bytes(dtype); }
};

/// Who asks for a view: a named array, a const one (the view is read-only), or a temporary, which
/// turns into the view where nothing else hangs on it.
enum class Receiver { kNamed, kConst, kTemporary };

/// A node that no handle owns yet: a `Handle` is to be made of it. Functions return it in a
/// register, and handles in memory.
struct [[nodiscard]] NewNode {
  Node* node = nullptr;
};

/// The untyped handle: owns one node. Copying makes a new node for the same elements; moving keeps
/// the node.
class Handle {
 public:
  Handle() noexcept = default;
  explicit Handle(Node* node) noexcept : node_(node) {}
  Handle(NewNode made) noexcept : node_(made.node) {}
  Handle(const Handle& other);
  Handle(Handle&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Handle& operator=(const Handle& other);
  Handle& operator=(Handle&& other) noexcept;
  ~Handle() {
    if (node_ != nullptr) drop(node_);
  }

  /// Null for `Array()` and what was moved from.
  Node* get() const { return node_; }
  /// Errors: `std::invalid_argument` if null.
  Node& node() const {
    if (node_ == nullptr) throw_no_array();
    return *node_;
  }
  Node* release() noexcept { return std::exchange(node_, nullptr); }
  void reset() noexcept { Handle dropped(release()); }

 private:
  static void drop(Node* node) noexcept;
  [[noreturn]] static void throw_no_array();

  Node* node_ = nullptr;
};

/// A new uninitialised array in C order, on its own buffer in the thread's default mode.
/// Errors: as `Layout::c_order`, `std::bad_alloc`.
Handle make_array(DType dtype, Shape shape, Use use = Use::kFilledNext);

/// A new array on `buffer`, one of whose sharers it becomes, in its mode. Errors: `std::bad_alloc`;
/// the buffer is unpinned then.
Handle make_array_on(Buffer* buffer, const Layout& layout);

/// An array on foreign memory, as `make_foreign_buffer`, in the thread's default mode; read-only if
/// the memory is.
Handle make_foreign_array(DType dtype, std::byte* data, const Layout& layout, bool is_read_only,
                          std::function<void()> give_back);

/// A declared alias of `source`: an array of the same value. A temporary joins the value of the
/// array that it acts for.
Handle make_ref(Handle& source, Receiver receiver);

/// Another handle of `source`'s owner or parent, in its value; null if there is none.
Handle base_of(const Node& source);
Handle parent_of(const Node& source);

/// Whose value a write through a temporary goes to: a leader.
Node* acts_for(const Node& node);

/// Marks the array; errors: `std::invalid_argument` for `true` under a read-only base or on memory
/// that is read-only.
void set_writeable(Node& node, bool writeable);

/// Errors: `std::invalid_argument` if `temporary` was made before the value `leader` was
/// rearranged.
void require_same_space(const Node& temporary, const Node& leader);

void set_label(Node& node, std::string_view label);
/// "" if there is none.
inline std::string_view label_of(const Node& node) {
  return node.label ? std::string_view(*node.label) : std::string_view();
}

/// Keep a node, or a value, while a lease is open.
inline void keep_node(Node& node) { node.memory.increment(); }
void release_node(Node& node) noexcept;
/// Keep only the struct, so that `alive` and `layout` may be looked at.
void watch_node(Node& node);
void unwatch_node(Node& node) noexcept;
void keep_value(Node& leader);
void release_value(Node& leader) noexcept;

/// Uninitialised memory for bytes `[range]` of `from`, at the same coordinates, for an array of
/// layout `root`. Errors: `std::bad_alloc`.
Buffer* make_room(const Buffer& from, ByteRange range, const Layout& root);

/// Bytes `[range]` of `from`, or more, in new memory at the same coordinates, for an array of
/// layout `root`; copied at once, or `kLazily`, perhaps, when they are written. Errors:
/// `std::bad_alloc`.
enum class CopyTime { kNow, kLazily };
Buffer* copy_range(const Buffer& from, ByteRange range, const Layout& root, CopyTime when);

}  // namespace cow::internal

#endif  // COW_CORE_NODE_H_
