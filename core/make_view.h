#ifndef COW_CORE_MAKE_VIEW_H_
#define COW_CORE_MAKE_VIEW_H_

#include <memory>
#include <utility>

#include "cow/core/node.h"
#include "cow/core/observer.h"

/// How a view's node comes to be, in the header so that each operation makes its views in one step.
namespace cow::internal {

/// Whether several index tuples of `layout` have a byte in common; yes where that is hard to say.
bool repeats_elements(const Layout& layout, Index itemsize);

/// `node`'s parent, which died, is left out, where nothing is lost by that. Bounds the memory of
/// `v = v[1:]` in a loop.
void skip_this_parent(Node& node);

/// A copy of what `layout` needs of a buffer that is open for writing through raw pointers: its
/// views take their own bytes at once.
Buffer* copy_open_buffer(const Buffer& buffer, const Layout& layout);

/// A view of a temporary that something hangs on. Whom it acts for must not depend on that.
NewNode make_view_of_temporary(Node& dying, const Layout& layout, const ViewOp& op);

inline void set_parent(Node& node, Node* parent) {
  keep_node(*parent);
  node.parent = parent;
}

inline void skip_dead_parent(Node& node) {
  const Node* parent = node.parent;
  if (parent == nullptr || parent->alive.load(std::memory_order_acquire)) return;
  if (!parent->has(kOwnsBuffer)) skip_this_parent(node);
}

/// The buffer of a new value made from `source`, which is in copy-on-write mode: shared if it can.
inline Buffer* share_buffer(const Node& source, const Layout& layout) {
  Buffer& buffer = source.current_buffer();
  if (buffer.write_leases.load(std::memory_order_acquire) > 0) {
    return copy_open_buffer(buffer, layout);
  }
  buffer.sharers.increment();
  return &buffer;
}

/// What a node has of `source` that shares its memory, but for what follows from its layout.
constexpr std::uint32_t kInherited = kObserved | kCopyOnWrite | kReadOnly | kFromConst;

constexpr bool may_repeat_elements(ViewOp::Kind kind) {
  return kind == ViewOp::Kind::kBroadcastTo || kind == ViewOp::Kind::kSlidingWindow ||
         kind == ViewOp::Kind::kAsStrided;
}

/// `kStretched` where it belongs on a view of `source`: one of distinct elements has distinct
/// elements, but for the operations that repeat them.
inline std::uint32_t stretched_flag(const Node& source, const Layout& layout, ViewOp::Kind kind) {
  const bool may_repeat = source.has(kStretched) || may_repeat_elements(kind);
  const bool repeats = may_repeat && repeats_elements(layout, source.itemsize());
  return repeats ? std::uint32_t{kStretched} : 0;
}

/// Makes `node`, which has its layout, a value of its own on `source`'s memory.
inline void make_value(Node& node, const Node& source, std::uint32_t own_flags) {
  Buffer* const buffer =
      source.has(kCopyOnWrite) ? share_buffer(source, node.layout) : source.buffer;
  node.dtype = source.dtype;
  node.flags = (source.flags & kInherited) | own_flags;
  node.buffer = buffer;
  node.data = buffer->at(node.layout.offset());
}

/// What broadcasting a temporary leads to must not be written in place: the elements written would
/// be the source's, several times each.
inline std::uint32_t broadcast_flags(const Node& source, ViewOp::Kind kind) {
  if (kind != ViewOp::Kind::kBroadcastTo && kind != ViewOp::Kind::kSlidingWindow) return 0;
  return source.has(kCopyOnWrite) ? kThroughBroadcast : kThroughBroadcast | kReadOnly;
}

inline void tell_view(Node& made, const Node& source, const ViewOp& op) {
  if (made.has(kObserved)) current_observer()->on_view(made, source, op);
}

/// Makes `node`, which has its layout and nothing else, a view of `from`, which is no temporary.
/// `op()` says how.
template <class MakeOp>
void complete_view(Node& node, Node& from, ViewOp::Kind kind, const MakeOp& op, Receiver receiver) {
  const ViewOp told = from.has(kObserved) ? op() : ViewOp{kind};  // may throw
  std::uint32_t flags = receiver == Receiver::kConst ? kReadOnly | kFromConst : 0;
  if (from.has(kStretched | kDeclared) || may_repeat_elements(kind)) {
    flags |= stretched_flag(from, node.layout, kind) | broadcast_flags(from, kind);
    if (from.has(kDeclared)) flags |= from.flags & kThroughBroadcast;
  }
  make_value(node, from, flags);
  if (receiver == Receiver::kNamed) skip_dead_parent(from);
  set_parent(node, &from);
  tell_view(node, from, told);
}

/// Gives the array of a temporary the layout that `arrange` makes of its own.
template <class Arrange, class MakeOp>
void turn_into_view(Node& dying, ViewOp::Kind kind, const Arrange& arrange, const MakeOp& op) {
  Layout layout = arrange(dying.layout);
  const ViewOp told = dying.has(kObserved) ? op() : ViewOp{kind};  // may throw
  const std::uint32_t stretched = stretched_flag(dying, layout, kind);
  dying.layout = std::move(layout);
  dying.data = dying.current_buffer().at(dying.layout.offset());
  dying.flags = (dying.flags & ~kStretched) | stretched | broadcast_flags(dying, kind);
  dying.label.reset();
  tell_view(dying, dying, told);
}

/// The elements of `source` in the layout that `arrange` makes of its own; it must lie inside of
/// the buffer. `op()` is what observers are told; it is of `kind`. Where `arrange` or `op` throws,
/// nothing has changed.
template <class Arrange, class MakeOp>
NewNode make_view(Handle& source, ViewOp::Kind kind, const Arrange& arrange, const MakeOp& op,
                  Receiver receiver) {
  Node& from = source.node();
  if (receiver == Receiver::kTemporary) {
    // Only its handle holds it, and it holds nothing that outlives it.
    const bool can_turn =
        from.memory.count() == 1 && from.parent != nullptr && !from.has(kOwnsBuffer);
    if (!can_turn) return make_view_of_temporary(from, arrange(from.layout), op());
    turn_into_view(from, kind, arrange, op);
    return {source.release()};
  }
  std::unique_ptr<Node> node(new Node(from.layout, arrange));
  complete_view(*node, from, kind, op, receiver);
  return {node.release()};
}

/// The same in `layout`.
inline NewNode make_view(Handle& source, const Layout& layout, const ViewOp& op,
                         Receiver receiver) {
  return make_view(
      source, op.kind, [&](const Layout&) { return layout; }, [&] { return op; }, receiver);
}

}  // namespace cow::internal

#endif  // COW_CORE_MAKE_VIEW_H_
