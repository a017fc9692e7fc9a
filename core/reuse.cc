#include "cow/core/reuse.h"

#include <memory>
#include <utility>

#include "cow/core/observer.h"

namespace cow::internal {
namespace {

/// The array owns all of its memory, in C order, alone, and is what a new array would be.
bool can_take_memory_of(const Node& node, DType dtype, Shape shape) {
  const bool alone = node.parent == nullptr && node.leader == &node && node.memory.count() == 1 &&
                     node.members.count() == 1;
  if (!alone || node.dtype != dtype || node.layout.shape() != shape || node.layout.empty() ||
      node.has(kReadOnly | kStretched | kGrouped)) {
    return false;
  }
  const Buffer& buffer = *node.buffer;
  const Index itemsize = node.itemsize();
  const bool is_all = buffer.dtype == dtype && node.data == buffer.memory &&
                      node.layout.is_contiguous(itemsize) &&
                      node.layout.size() * itemsize == buffer.size_bytes;
  const bool is_unseen = buffer.sharers.count() == 1 && !buffer.give_back &&
                         buffer.write_leases.load(std::memory_order_acquire) == 0;
  // Pages that are another mapping's, too, would be copied before they are written.
  const bool is_its_own = buffer.large == nullptr || !buffer.large->maps_sealed_file();
  return is_all && is_unseen && is_its_own && buffer.mode == default_mode() &&
         buffer.observed == (current_observer() != nullptr);
}

/// The end of `dying`, but for its memory, which is the result's.
Handle take_memory(Handle& dying, const Layout& layout) {
  Buffer& old = *dying.node().buffer;
  auto buffer = std::make_unique<Buffer>(old.dtype, old.mode, old.observed, old.memory,
                                         old.size_bytes, layout);
  buffer->large = std::move(old.large);
  buffer->has_whole_pages = old.has_whole_pages;
  old.give_back = [] {};
  dying.reset();
  return make_array_on(buffer.release(), layout);
}

}  // namespace

Handle make_result(DType dtype, Shape shape, std::initializer_list<Handle*> dying) {
  for (Handle* handle : dying) {
    if (handle != nullptr && can_take_memory_of(handle->node(), dtype, shape)) {
      return take_memory(*handle, Layout::c_order(shape, dtype_size_bytes(dtype)));
    }
  }
  return make_array(dtype, shape);
}

}  // namespace cow::internal
