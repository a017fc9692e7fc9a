#include "cow/core/copy.h"

#include "cow/core/iterate.h"
#include "cow/core/observer.h"
#include "cow/core/write_gate.h"

namespace cow::internal {
namespace {

/// Sharing instead of copying must not show: not by the strides, not through a raw pointer, which
/// may outlive its lease, and not by keeping a large buffer alive for a few bytes.
bool may_share(const Node& source) {
  if (!source.has(kCopyOnWrite) || default_mode() != Mode::kCopyOnWrite) return false;
  const Buffer& buffer = source.current_buffer();
  return !buffer.was_leased_for_writing.load(std::memory_order_relaxed) &&
         source.layout.is_contiguous(buffer.itemsize()) &&
         2 * source.layout.size() * buffer.itemsize() > buffer.size_bytes;
}

}  // namespace

Handle copy_array(const Node& source) { return copy_array(source, source.layout.shape()); }

Handle copy_array(const Node& source, Shape shape) {
  const std::byte* from = begin_read(source, AccessKind::kBulk);
  if (may_share(source)) {
    auto node = std::make_unique<Node>();
    node->layout = Layout::c_order(shape, source.itemsize());
    node->layout.set_offset(source.layout.offset());
    node->dtype = source.dtype;
    node->flags = source.flags & (kCopyOnWrite | kObserved);
    node->buffer = &source.current_buffer();
    node->data = node->buffer->at(node->layout.offset());
    node->buffer->sharers.increment();
    if (node->has(kObserved)) {
      current_observer()->on_allocate(*node);
      current_observer()->on_copy(*node, source);
    }
    return Handle(node.release());
  }
  Handle result = make_array(source.dtype, shape);
  Node& to = result.node();
  if (to.has(kObserved) && source.has(kObserved)) current_observer()->on_copy(to, source);
  const Layout c_order = Layout::c_order(source.layout.shape(), to.itemsize());
  copy_elements(c_order.shape(), to.itemsize(), {to.data, c_order.strides()},
                {const_cast<std::byte*>(from), source.layout.strides()});
  return result;
}

Handle copy_instead_of_view(const Node& source, Shape shape) {
  Handle result = copy_array(source, shape);
  if (source.has(kObserved) && result.node().has(kObserved)) {
    current_observer()->on_indexing_copy(result.node(), source);
  }
  return result;
}

}  // namespace cow::internal
