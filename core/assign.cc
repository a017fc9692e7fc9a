#include "cow/core/assign.h"

#include "absl/strings/str_cat.h"
#include "cow/core/errors.h"
#include "cow/core/overlap.h"

namespace cow::internal {
namespace {

/// Steps after which two arrays are taken to overlap: a copy costs no more than the search.
constexpr Index kOverlapWork = 1000;

/// `layout` without leading axes of extent 1 beyond `ndim`, which assignment ignores.
Layout drop_leading_ones(const Layout& layout, int ndim) {
  int extra = 0;
  while (layout.ndim() - extra > ndim && layout.extent(extra) == 1) ++extra;
  return Layout(layout.shape().subspan(extra), layout.strides().subspan(extra), layout.offset());
}

bool same_elements(const StridedMemory& a, const StridedMemory& b) {
  return a.address == b.address && a.shape == b.shape && a.strides == b.strides &&
         a.itemsize == b.itemsize;
}

}  // namespace

void AssignmentSource::require_fit(const Layout& source, Shape shape) {
  const Layout trimmed = drop_leading_ones(source, static_cast<int>(shape.size()));
  const int extra = static_cast<int>(shape.size()) - trimmed.ndim();
  bool fits = extra >= 0;
  for (int axis = 0; fits && axis < trimmed.ndim(); ++axis) {
    fits = trimmed.extent(axis) == 1 || trimmed.extent(axis) == shape[axis + extra];
  }
  if (!fits) {
    throw_invalid_argument(absl::StrCat("could not broadcast input array from shape ",
                                        tuple_text(source.shape()), " into shape ",
                                        tuple_text(shape)));
  }
}

AssignmentSource::AssignmentSource(const Node& source, const WriteScope& scope)
    : address_(source.address()) {
  const Layout& destination = scope.layout();
  const Layout trimmed = drop_leading_ones(source.layout, destination.ndim());
  layout_ = broadcast_layout(trimmed, destination.shape());
  const Index itemsize = source.itemsize();
  const StridedMemory read{reinterpret_cast<Index>(address_), layout_.shape(), layout_.strides(),
                           itemsize};
  const StridedMemory written{reinterpret_cast<Index>(scope.address()), destination.shape(),
                              destination.strides(), scope.node().itemsize()};
  // Element by element is safe where each element reads just itself.
  if (!bounds_overlap(read, written) || same_elements(read, written)) return;
  if (find_overlap(read, written, kOverlapWork).verdict == Verdict::kNo) return;
  const Layout compact = Layout::c_order(trimmed.shape(), itemsize);
  copy_ = std::make_unique<std::byte[]>(static_cast<std::size_t>(compact.size() * itemsize));
  copy_elements(trimmed.shape(), itemsize, {copy_.get(), compact.strides()},
                {address_, trimmed.strides()});
  address_ = copy_.get();
  layout_ = broadcast_layout(compact, destination.shape());
}

}  // namespace cow::internal
