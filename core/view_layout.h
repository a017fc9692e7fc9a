#ifndef COW_CORE_VIEW_LAYOUT_H_
#define COW_CORE_VIEW_LAYOUT_H_

#include "absl/types/span.h"
#include "cow/core/int_tuple.h"
#include "cow/core/layout.h"

/// The layouts of the views that are more than an index, a reshape or a transpose. All O(ndim).
namespace cow {

/// Axes `axis1` and `axis2` change places. Errors: `std::out_of_range` for an axis that there is
/// not.
Layout swapaxes_layout(const Layout& layout, Index axis1, Index axis2);

/// A new axis of extent 1 that is number `axis` of the result; negative counts from its end.
/// Errors: `std::out_of_range` for an axis that there would not be, `std::invalid_argument` for a
/// result of too many axes.
Layout expand_dims_layout(const Layout& layout, Index axis);

/// The elements whose position along `axis2` is that along `axis1` plus `offset`: these axes go,
/// and one along the diagonal comes last. Empty where there are none.
/// Errors: `std::out_of_range` for an axis that there is not, `std::invalid_argument` for fewer
/// than two axes, or twice the same.
Layout diagonal_layout(const Layout& layout, Index offset, Index axis1, Index axis2);

/// The elements in reverse order along `axes`; along all if none are given.
/// Errors: `std::out_of_range` for an axis that there is not, `std::invalid_argument` for one that
/// is there twice.
Layout flip_layout(const Layout& layout, const IntTuple& axes);

/// All windows of extents `window` along `axes` (all of them if none are given): those axes count
/// the windows, and new ones, last, the elements in a window. Windows share elements.
/// Errors: `std::invalid_argument` for a window that is negative or longer than its axis, for too
/// many axes in the result, or unless there is one extent an axis; `std::out_of_range` for an axis
/// that there is not.
Layout sliding_window_layout(const Layout& layout, absl::Span<const Index> window,
                             const IntTuple& axes);

/// `shape` and `strides_bytes` from where `layout` begins, if all elements lie in `memory`.
/// Errors: `std::out_of_range` if they do not; `std::invalid_argument` for a negative extent, too
/// many axes, numbers of extents and strides that differ, a size in bytes beyond 2^63 - 1, or a
/// stride that is no multiple of `alignment`.
Layout strided_layout(const Layout& layout, Shape shape, absl::Span<const Index> strides_bytes,
                      Index itemsize, Index alignment, ByteRange memory);

/// Errors: `std::invalid_argument` for a layout that no array can have: too many axes or bytes, a
/// stride that is no multiple of `alignment`, or elements beyond any memory.
void require_aligned_layout(const Layout& layout, Index itemsize, Index alignment);

}  // namespace cow

#endif  // COW_CORE_VIEW_LAYOUT_H_
