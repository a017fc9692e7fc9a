#include "cow/core/copy.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cow/core/copy_counts.h"
#include "cow/core/errors.h"
#include "cow/core/iterate.h"
#include "cow/core/observer.h"
#include "cow/core/write_gate.h"

namespace cow::internal {
namespace {

/// Neither sharing pages nor sharing all may show by the strides, or keep a large buffer alive for
/// a few bytes.
bool is_most_of_buffer(const Node& source) {
  const Buffer& buffer = source.current_buffer();
  return source.layout.is_contiguous(buffer.itemsize()) &&
         2 * source.layout.size() * buffer.itemsize() > buffer.size_bytes;
}

/// Nor through a raw pointer, which may outlive its lease.
bool may_share_buffer(const Node& source) {
  return source.has(kCopyOnWrite) && default_mode() == Mode::kCopyOnWrite &&
         !source.current_buffer().was_leased_for_writing.load(std::memory_order_relaxed);
}

/// An array that takes no memory of its own yet; null if there is no such way to copy.
Handle lazy_copy(const Node& source, Shape shape) {
  Buffer& buffer = source.current_buffer();
  const bool shares = may_share_buffer(source);
  if ((!shares && buffer.large == nullptr) || !is_most_of_buffer(source)) return Handle();
  Layout layout = Layout::c_order(shape, source.itemsize());
  layout.set_offset(source.layout.offset());
  Buffer* copy = &buffer;
  if (shares) {
    buffer.sharers.increment();
  } else {
    copy = copy_lazily(buffer, default_mode(), current_observer() != nullptr, layout);
    if (copy == nullptr) return Handle();
  }
  Handle made = make_array_on(copy, layout);
  count_copies(label_of(source),
               {.lazy_copies = 1, .lazy_bytes = layout.size() * source.itemsize()});
  return made;
}

Handle eager_copy(const Node& source, const std::byte* from, Shape shape) {
  Handle made = make_array(source.dtype, shape);
  const Node& to = made.node();
  const Layout c_order = Layout::c_order(source.layout.shape(), to.itemsize());
  copy_elements(c_order.shape(), to.itemsize(), {to.data, c_order.strides()},
                {const_cast<std::byte*>(from), source.layout.strides()});
  return made;
}

}  // namespace

Handle copy_array(const Node& source) { return copy_array(source, source.layout.shape()); }

Handle copy_array(const Node& source, Shape shape) {
  const std::byte* from = begin_read(source, AccessKind::kBulk);
  Handle result = lazy_copy(source, shape);
  if (result.get() == nullptr) result = eager_copy(source, from, shape);
  Node& made = result.node();
  if (made.has(kObserved) && source.has(kObserved)) current_observer()->on_copy(made, source);
  return result;
}

Handle copy_instead_of_view(const Node& source, Shape shape) {
  Handle result = copy_array(source, shape);
  if (source.has(kObserved) && result.node().has(kObserved)) {
    current_observer()->on_indexing_copy(result.node(), source);
  }
  return result;
}

void throw_not_a_view(const Node& source, Shape shape) {
  throw_invalid_argument(absl::StrCat("view_as: shape ", tuple_text(source.layout.shape()),
                                      " with strides ", tuple_text(source.layout.strides()),
                                      " cannot be seen in shape ", tuple_text(shape),
                                      " without copying"));
}

namespace {

/// Bytes of the elements that lie in `runs`, which ascend.
Index bytes_in(const std::vector<PageRun>& runs, const std::byte* first, const Layout& layout,
               Index itemsize) {
  Index bytes = 0;
  if (layout.is_dense(itemsize)) {
    const ByteRange range = layout.byte_range(itemsize);
    const std::byte* const begin = first + (range.begin - layout.offset());
    const std::byte* const end = begin + range.size();
    for (const PageRun& run : runs) {
      const std::byte* const run_end = run.begin + run.size;
      bytes +=
          std::max<Index>(0, std::min(end, run_end) - std::max<const std::byte*>(begin, run.begin));
    }
    return bytes;
  }
  const Index count = layout.size();
  for (Index flat = 0; flat < count; ++flat) {
    const std::byte* const element = first + layout.displacement_of_flat(flat);
    auto run = std::upper_bound(
        runs.begin(), runs.end(), element,
        [](const std::byte* address, const PageRun& later) { return address < later.begin; });
    if (run == runs.begin()) continue;
    --run;
    if (element < run->begin + run->size) bytes += itemsize;
  }
  return bytes;
}

}  // namespace

Index shared_bytes(const Node& node) {
  const Buffer& buffer = node.current_buffer();
  const Index bytes = node.layout.size() * node.itemsize();
  if (node.has(kCopyOnWrite) && buffer.sharers.count() > 1) return bytes;
  if (buffer.large == nullptr) return 0;
  const std::vector<PageRun> shared = buffer.large->shared_pages();
  return shared.empty() ? 0 : bytes_in(shared, node.address(), node.layout, node.itemsize());
}

void reserve_pages(Node& node) {
  const WriteScope scope(node, Receiver::kNamed, nullptr, WriteKind::kUpdate);
  if (LargeMemory* large = scope.value().buffer->large.get()) large->reserve();
}

}  // namespace cow::internal
