#include "cow/core/node.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cow/core/errors.h"
#include "cow/core/make_view.h"
#include "cow/core/observer.h"
#include "cow/core/overlap.h"

namespace cow::internal {
namespace {

void unpin_value_if(bool last_member, Node& leader) noexcept {
  // In view mode the owner's node holds the pin, for as long as it is in memory.
  if (last_member && leader.has(kCopyOnWrite)) unpin(std::exchange(leader.buffer, nullptr));
}

bool value_is_alive(const Node& leader) { return leader.members.count() > 0; }

void join(Node& node, Node& leader) {
  keep_node(leader);
  keep_value(leader);
  node.leader = &leader;
}

/// What follows from the node's layout and buffer.
void place(Node& node, bool repeats) noexcept {
  node.data = node.current_buffer().at(node.layout.offset());
  node.flags &= ~kStretched;
  if (repeats) node.flags |= kStretched;
}

/// Makes `node`, which has its layout, a member of the value that `leader` leads.
inline void make_member(Node& node, const Node& source, Node& leader, std::uint32_t own_flags) {
  const std::uint32_t grouped = source.has(kCopyOnWrite) ? std::uint32_t{kGrouped} : 0;
  node.dtype = source.dtype;
  node.flags = (source.flags & kInherited) | kDeclared | grouped | own_flags;
  node.buffer = leader.buffer;
  join(node, leader);
  node.data = node.current_buffer().at(node.layout.offset());
}

std::unique_ptr<Node> node_of_layout(const Layout& layout) {
  return std::make_unique<Node>(layout, [](const Layout& from) { return from; });
}

Node* copy_handle(const Node& source) {
  const ViewOp op{ViewOp::Kind::kHandleCopy};
  std::unique_ptr<Node> node = node_of_layout(source.layout);
  const std::uint32_t flags = source.flags & (kThroughBroadcast | kStretched);
  // A copy of a ref is one more of its value; any other is a value of its own.
  if (source.has(kDeclared)) {
    make_member(*node, source, *source.leader, flags);
  } else {
    make_value(*node, source, flags | kHandleCopy);
  }
  set_parent(*node, const_cast<Node*>(&source));
  tell_view(*node, source, op);
  return node.release();
}

}  // namespace

namespace {

/// Nothing keeps `node` in memory any more, nor, perhaps, what it kept.
inline void end_node(Node& node) noexcept {
  Node* last = &node;
  do {
    Node* parent = last->parent;
    if (last->has(kObserved | kOwnsBuffer)) {
      if (last->record != nullptr) current_observer()->on_forget(*last);
      if (last->has(kOwnsBuffer)) unpin(last->buffer);
    }
    unwatch_node(*last);
    last = parent;
  } while (last != nullptr && last->memory.decrement());
}

}  // namespace

void release_node(Node& node) noexcept {
  if (node.memory.decrement()) end_node(node);
}

void watch_node(Node& node) { node.watchers.increment(); }

void unwatch_node(Node& node) noexcept {
  if (node.watchers.decrement()) delete &node;
}

void keep_value(Node& leader) { leader.members.increment(); }

void release_value(Node& leader) noexcept { unpin_value_if(leader.members.decrement(), leader); }

void Handle::drop(Node* node) noexcept {
  if (node->has(kObserved)) current_observer()->on_release(*node);
  node->alive.store(false, std::memory_order_release);
  Node* leader = node->leader;
  // Nothing else keeps the node. Members and leases of its value did so until they had left the
  // value, and the count that is read here was lowered after that: the value ends with the node.
  if (leader == node && node->memory.count() == 1) {
    unpin_value_if(true, *node);
    return end_node(*node);
  }
  release_value(*leader);
  if (leader != node) release_node(*leader);
  release_node(*node);
}

void Handle::throw_no_array() {
  throw_invalid_argument("this array has no elements to speak of: it is Array() or moved from");
}

Handle::Handle(const Handle& other)
    : node_(other.node_ == nullptr ? nullptr : copy_handle(*other.node_)) {}

Handle& Handle::operator=(const Handle& other) {
  if (this != &other) {
    Handle copy(other);
    std::swap(node_, copy.node_);
  }
  return *this;
}

Handle& Handle::operator=(Handle&& other) noexcept {
  if (this != &other) {
    Handle former(release());
    node_ = other.release();
  }
  return *this;
}

namespace {

/// The owner of what `make_buffer()` returns, in its mode.
template <class MakeBuffer>
Handle make_owner(const Layout& layout, bool repeats, MakeBuffer make_buffer) {
  auto node = std::make_unique<Node>();
  node->layout = layout;
  node->buffer = make_buffer();
  node->dtype = node->buffer->dtype;
  node->flags = node->buffer->mode == Mode::kCopyOnWrite ? kCopyOnWrite : kOwnsBuffer;
  if (node->buffer->observed) node->flags |= kObserved;
  place(*node, repeats);
  if (node->has(kObserved)) current_observer()->on_allocate(*node);
  return Handle(node.release());
}

bool is_observed_now() { return current_observer() != nullptr; }

}  // namespace

Handle make_array(DType dtype, Shape shape, Use use) {
  const Layout layout = Layout::c_order(shape, dtype_size_bytes(dtype));
  const Index bytes = layout.size() * dtype_size_bytes(dtype);
  return make_owner(layout, false, [&] {
    return make_buffer(dtype, default_mode(), is_observed_now(), bytes, layout, use);
  });
}

Handle make_array_on(Buffer* buffer, const Layout& layout) {
  std::unique_ptr<Buffer, void (*)(Buffer*)> pin(buffer, unpin);
  return make_owner(layout, false, [&] { return pin.release(); });
}

Handle make_foreign_array(DType dtype, std::byte* data, const Layout& layout, bool is_read_only,
                          std::function<void()> give_back) {
  const bool repeats = repeats_elements(layout, dtype_size_bytes(dtype));
  Handle made = make_owner(layout, repeats, [&] {
    return make_foreign_buffer(dtype, default_mode(), is_observed_now(), data, layout, is_read_only,
                               std::move(give_back));
  });
  if (is_read_only) made.node().flags |= kReadOnly;
  return made;
}

bool repeats_elements(const Layout& layout, Index itemsize) {
  constexpr Index kMostWork = 1'000'000;
  if (layout.is_stretched()) return true;
  const StridedMemory memory{layout.offset(), layout.shape(), layout.strides(), itemsize};
  return find_self_overlap(memory, kMostWork).verdict != Verdict::kNo;
}

void skip_this_parent(Node& node) {
  Node* parent = node.parent;
  Node* grandparent = parent->parent;
  const bool same_value = grandparent != nullptr && grandparent->leader == parent->leader;
  if (!same_value) {
    if (value_is_alive(*parent->leader)) return;
    // Else a write through a temporary would go to the grandparent.
    node.flags |= kActsForItself;
  }
  if (grandparent != nullptr) keep_node(*grandparent);
  node.parent = grandparent;
  release_node(*parent);
}

Buffer* copy_open_buffer(const Buffer& buffer, const Layout& layout) {
  return copy_range(buffer, layout.byte_range(buffer.itemsize()), buffer.root, CopyTime::kLazily);
}

NewNode make_view_of_temporary(Node& dying, const Layout& layout, const ViewOp& op) {
  std::unique_ptr<Node> node = node_of_layout(layout);
  const std::uint32_t flags = stretched_flag(dying, layout, op.kind) |
                              (dying.flags & kThroughBroadcast) | broadcast_flags(dying, op.kind);
  if (dying.has(kDeclared)) {
    make_member(*node, dying, *dying.leader, flags);
  } else {
    make_value(*node, dying, flags);
  }
  const bool acts_for_parent = acts_for(dying) != dying.leader;
  const bool joins = dying.has(kDeclared) && dying.parent != nullptr;
  set_parent(*node, acts_for_parent || joins ? dying.parent : &dying);
  tell_view(*node, dying, op);
  return {node.release()};
}

Handle make_ref(Handle& source, Receiver receiver) {
  const ViewOp op{ViewOp::Kind::kRef};
  Node& from = source.node();
  if (receiver != Receiver::kTemporary) {
    if (receiver == Receiver::kNamed) skip_dead_parent(from);
    std::unique_ptr<Node> node = node_of_layout(from.layout);
    std::uint32_t flags = from.flags & kStretched;
    if (from.has(kDeclared)) flags |= from.flags & kThroughBroadcast;
    if (receiver == Receiver::kConst) flags |= kReadOnly | kFromConst;
    make_member(*node, from, *from.leader, flags);
    set_parent(*node, &from);
    tell_view(*node, from, op);
    return Handle(node.release());
  }
  Node* leader = acts_for(from);
  if (leader == from.leader) {  // already of that value, or of none but its own
    from.flags |= kDeclared;
    tell_view(from, from, op);
    return std::move(source);
  }
  require_same_space(from, *leader);
  std::unique_ptr<Node> node = node_of_layout(from.layout);
  make_member(*node, from, *leader, from.flags & (kStretched | kThroughBroadcast));
  set_parent(*node, from.parent);
  tell_view(*node, from, op);
  source.reset();
  return Handle(node.release());
}

namespace {

/// In the value of `node`, which is another array's, perhaps dead.
Handle handle_in_value(const Node& node, const Layout& layout) {
  const ViewOp op{ViewOp::Kind::kBase};
  std::unique_ptr<Node> made = node_of_layout(layout);
  make_member(*made, node, *node.leader, stretched_flag(node, layout, op.kind));
  set_parent(*made, const_cast<Node*>(&node));
  tell_view(*made, node, op);
  return Handle(made.release());
}

}  // namespace

Handle parent_of(const Node& node) {
  if (node.parent == nullptr) return Handle();
  // In copy-on-write mode what is not of one value shares nothing that shows.
  if (node.has(kCopyOnWrite) && node.parent->leader != node.leader) return Handle();
  return handle_in_value(*node.parent, node.parent->layout);
}

Handle base_of(const Node& node) {
  if (node.parent == nullptr) return Handle();
  if (node.has(kCopyOnWrite)) {
    if (node.leader == &node) return Handle();
    return handle_in_value(*node.leader, node.leader->layout);
  }
  const Node* owner = node.parent;
  while (owner->parent != nullptr) owner = owner->parent;
  return handle_in_value(*owner, owner->buffer->root);
}

Node* acts_for(const Node& node) {
  if (node.has(kDeclared | kHandleCopy | kWrittenByName | kActsForItself)) return node.leader;
  if (node.parent == nullptr || !value_is_alive(*node.parent->leader)) return node.leader;
  return node.parent->leader;
}

void require_same_space(const Node& temporary, const Node& leader) {
  if (temporary.has(kCopyOnWrite) && temporary.buffer->space != leader.buffer->space) {
    throw_invalid_argument(
        absl::StrCat("the array that a temporary of shape ", tuple_text(temporary.layout.shape()),
                     " was made from has been rearranged since, in the same statement"));
  }
}

void set_writeable(Node& node, bool writeable) {
  if (!writeable) {
    node.flags |= kReadOnly;
    return;
  }
  if (node.current_buffer().is_read_only) {
    throw_invalid_argument(absl::StrCat("cannot set the array of shape ",
                                        tuple_text(node.layout.shape()),
                                        " writeable: the memory that it borrows is read-only"));
  }
  const Node* base = &node;
  while (base->parent != nullptr) base = base->parent;
  if (base != &node && base->has(kReadOnly)) {
    throw_invalid_argument(absl::StrCat(
        "cannot set the view of shape ", tuple_text(node.layout.shape()),
        " writeable: its base of shape ", tuple_text(base->layout.shape()), " is read-only"));
  }
  node.flags &= ~kReadOnly;
}

void set_label(Node& node, std::string_view label) {
  auto text = std::make_unique<std::string>(label);
  Buffer& buffer = node.current_buffer();
  const bool owns = node.has(kOwnsBuffer) || (node.has(kCopyOnWrite) && node.leader == &node);
  if (owns && buffer.large != nullptr) buffer.large->set_label(label);
  node.label = std::move(text);
  if (node.has(kObserved)) current_observer()->on_label(node);
}

Buffer* make_room(const Buffer& from, ByteRange range, const Layout& root) {
  Buffer* room = make_buffer(from.dtype, from.mode, from.observed, range.size(), root);
  room->origin = reinterpret_cast<std::intptr_t>(room->memory) - range.begin;
  room->space = from.space;
  return room;
}

Buffer* copy_range(const Buffer& from, ByteRange range, const Layout& root, CopyTime when) {
  if (when == CopyTime::kLazily && 2 * range.size() > from.size_bytes) {
    if (Buffer* copy = copy_lazily(from, from.mode, from.observed, root)) {
      copy->space = from.space;
      return copy;
    }
  }
  Buffer* copy = make_room(from, range, root);
  std::memcpy(copy->memory, from.at(range.begin), static_cast<std::size_t>(range.size()));
  return copy;
}

}  // namespace cow::internal
