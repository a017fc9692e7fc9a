#include "cow/core/write_gate.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "cow/core/copy_counts.h"
#include "cow/core/errors.h"
#include "cow/core/iterate.h"

namespace cow::internal {
namespace {

std::string name_of(const Node& node) {
  return node.label ? absl::StrCat("'", *node.label, "' ", tuple_text(node.layout.shape()))
                    : absl::StrCat("array of shape ", tuple_text(node.layout.shape()));
}

[[noreturn]] void refuse(const Node& node, const char* reason) {
  if (node.has(kObserved)) current_observer()->on_refused_write(node);
  throw_read_only(absl::StrCat("assignment destination is read-only: ", name_of(node), reason));
}

/// The value's elements alone, in C order; the coordinates of the former arrangement end.
Buffer* gather(const Node& leader, Layout* arranged) {
  const Index itemsize = leader.itemsize();
  *arranged = Layout::c_order(leader.layout.shape(), itemsize);
  Buffer* copy = make_buffer(leader.buffer->dtype, Mode::kCopyOnWrite, leader.buffer->observed,
                             arranged->size() * itemsize, *arranged);
  copy_elements(leader.layout.shape(), itemsize, {copy->memory, arranged->strides()},
                {leader.buffer->at(leader.layout.offset()), leader.layout.strides()});
  return copy;
}

/// Of the buffer: a quarter or more, so that copying pages one by one costs more than all at once.
bool writes_much(const Node& writer, WriteKind kind, const Buffer& buffer) {
  return kind != WriteKind::kSome &&
         4 * writer.layout.size() * writer.itemsize() >= buffer.size_bytes;
}

/// The walk over the elements of more axes may need memory: after what was overwritten is gone
/// there would be nothing to go back to.
bool is_walked_without_memory(const Layout& layout) { return layout.ndim() <= 4; }

/// `leader`'s value moves to memory of its own: its elements, if it is one array with nothing made
/// from it; else its byte range, if that is at most half of the buffer; else the whole. Returns
/// whether the elements were rearranged.
bool detach(Node& leader, const Node& writer, WriteKind kind) {
  const Buffer& from = *leader.buffer;
  const Index itemsize = from.itemsize();
  const ByteRange range = leader.layout.byte_range(itemsize);
  const bool alone = &writer == &leader && leader.members.count() == 1;
  const bool childless = leader.memory.count() == 1;
  const bool small = 2 * range.size() <= from.size_bytes;
  const bool half_or_less = leader.layout.size() <= from.size_bytes / itemsize / 2;
  const bool sparse = !leader.layout.is_dense(itemsize);

  const bool overwrites = kind == WriteKind::kOverwrite && alone && !sparse &&
                          !leader.has(kStretched) && is_walked_without_memory(leader.layout);
  Layout arranged = leader.layout;
  const bool rearrange = alone && (leader.has(kStretched) || (childless && half_or_less && sparse));
  Buffer* copy;
  const ByteRange moved = small ? range : from.extent();
  if (overwrites && !leader.has(kObserved)) {  // observers look at what is overwritten
    copy = make_room(from, moved, leader.layout);
  } else if (rearrange) {
    copy = gather(leader, &arranged);
  } else if (leader.has(kStretched)) {
    refuse(leader, ": its elements are not distinct, and other arrays are declared aliases of it");
  } else {
    copy = copy_range(from, moved, leader.layout,
                      writes_much(writer, kind, from) ? CopyTime::kNow : CopyTime::kLazily);
  }
  // Nothing below throws. The count is given up last: whoever then sees that it is the only sharer
  // has our reads of the old memory behind it.
  Buffer* old = leader.buffer;
  leader.layout = std::move(arranged);
  if (rearrange) {
    // No longer in the coordinates of what it was made from, so it cannot act for it.
    leader.flags &= ~(kStretched | kThroughBroadcast);
    leader.flags |= kActsForItself;
  }
  leader.buffer = copy;
  leader.data = copy->at(leader.layout.offset());
  const bool copied_later = copy->large != nullptr && copy->large->maps_sealed_file();
  count_copies(
      label_of(leader),
      {.detaches = 1, .bytes_detached = overwrites || copied_later ? 0 : copy->size_bytes});
  if (leader.has(kObserved)) current_observer()->on_detach(leader, *old, copy->size_bytes);
  unpin(old);
  return rearrange;
}

/// A temporary that holds a pin on the value's buffer only until the statement ends.
bool is_passing_sharer(const Node* node, const Node& value) {
  return node != nullptr && node->leader == node && node != &value && node->members.count() == 1 &&
         node->buffer == value.buffer;
}

}  // namespace

namespace {

/// Memory that was copied lazily is made the buffer's own where much of it is about to be written.
void prepare_bulk_write(const Node& writer, WriteKind kind, Buffer& buffer) {
  if (buffer.large == nullptr || !writes_much(writer, kind, buffer)) return;
  const bool all = writer.layout.size() * writer.itemsize() == buffer.size_bytes &&
                   writer.layout.is_dense(writer.itemsize()) &&
                   is_walked_without_memory(writer.layout);
  buffer.large->prepare_bulk_write(all && kind == WriteKind::kOverwrite && !buffer.observed);
}

}  // namespace

WriteKind kind_of_assignment(const Node& destination, const Node& source) {
  const Buffer& buffer = destination.current_buffer();
  if (!destination.has(kCopyOnWrite) && buffer.large == nullptr) return WriteKind::kUpdate;
  const ByteRange read = source.layout.byte_range(source.itemsize());
  const std::byte* const from = source.address() - source.layout.offset();
  const bool apart =
      from + read.end <= buffer.memory || from + read.begin >= buffer.memory + buffer.size_bytes;
  return apart ? WriteKind::kOverwrite : WriteKind::kUpdate;
}

WriteScope::WriteScope(Node& node, Receiver receiver, const Node* dying_source, WriteKind kind)
    : node_(node), dying_source_(dying_source) {
  if (node.has(kReadOnly)) refuse(node, "");
  const bool in_place = receiver == Receiver::kTemporary;
  value_ = in_place ? acts_for(node) : node.leader;
  if (!node.has(kCopyOnWrite)) {
    if (!in_place) node.flags |= kWrittenByName;
    buffer_ = node.buffer;
    address_ = node.data;
    prepare_bulk_write(node, kind, *node.buffer);
    return;
  }
  Node& value = *value_;
  if (&node != &value && (node.has(kThroughBroadcast) || value.has(kStretched))) {
    refuse(node, ": it broadcasts the array that would be written");
  }
  if (&value != node.leader) require_same_space(node, value);
  const int mine = 1 + (is_passing_sharer(&node, value) ? 1 : 0) +
                   (is_passing_sharer(dying_source, value) ? 1 : 0);
  if (value.buffer->sharers.count() > mine || (&node == &value && node.has(kStretched))) {
    rearranged_ = detach(value, node, kind);
  }
  if (!in_place) node.flags |= kWrittenByName;
  buffer_ = value.buffer;
  address_ = value.buffer->at(node.layout.offset());
  prepare_bulk_write(node, kind, *value.buffer);
}

void WriteScope::start(const Access& access) {
  access_.emplace(access);
  token_ = current_observer()->before_write(*access_, *value_, dying_source_);
}

void WriteScope::finish() {
  if (token_ != nullptr) current_observer()->after_write(*access_, token_);
}

namespace {

const Layout& single_element() {
  static const Layout layout;
  return layout;
}

}  // namespace

void WriteScope::write_element(Index displacement, const void* value) {
  std::byte* const element = address_ + displacement;
  const std::size_t size_bytes = static_cast<std::size_t>(node_.itemsize());
  if (!node_.has(kObserved)) {
    std::memcpy(element, value, size_bytes);
    return;
  }
  const Access access{node_, element, single_element(), AccessKind::kElement};
  AccessObserver& observer = *current_observer();
  void* const token = observer.before_write(access, *value_, dying_source_);
  std::memcpy(element, value, size_bytes);
  if (token != nullptr) observer.after_write(access, token);
}

std::byte* begin_read(const Node& node, AccessKind kind) {
  std::byte* address = node.address();
  if (node.has(kObserved)) current_observer()->on_read({node, address, node.layout, kind});
  return address;
}

std::byte* begin_read_scattered(const Node& node, absl::Span<const Index> displacements,
                                bool may_be_left_side) {
  std::byte* address = node.address();
  if (node.has(kObserved)) {
    current_observer()->on_read({node, address, node.layout, AccessKind::kBulk, true, displacements,
                                 false, may_be_left_side});
  }
  return address;
}

void take_back_read(const Node& node) {
  if (node.has(kObserved)) current_observer()->on_read_taken_back();
}

std::byte* begin_read_element(const Node& node, Index displacement) {
  std::byte* address = node.address() + displacement;
  if (node.has(kObserved)) {
    current_observer()->on_read({node, address, single_element(), AccessKind::kElement});
  }
  return address;
}

void write_element(Node& node, Receiver receiver, ElementPlace place, const void* value) {
  WriteScope scope(node, receiver);
  const Index displacement =
      scope.rearranged() ? scope.layout().displacement_of_flat(place.flat) : place.displacement;
  scope.write_element(displacement, value);
}

void make_elements_distinct(Node& node) {
  if (!node.has(kCopyOnWrite) || !node.has(kStretched) || node.has(kReadOnly)) return;
  if (node.leader == &node && node.members.count() == 1) {
    detach(node, node, WriteKind::kSome);
  }
}

}  // namespace cow::internal
