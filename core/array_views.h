#ifndef COW_CORE_ARRAY_VIEWS_H_
#define COW_CORE_ARRAY_VIEWS_H_

#include "cow/core/array_handle.h"
#include "cow/core/array_traits.h"
#include "cow/core/copy.h"
#include "cow/core/int_tuple.h"
#include "cow/core/layout.h"
#include "cow/core/views.h"

namespace cow::internal {

/// The members of `Array` that make views other than by index. Each shares memory and is O(ndim)
/// unless it says otherwise. Of a const array they are read-only.
template <Element E>
class ArrayViews : public ArrayHandle {
 public:
  /// The elements in C order in another shape; one extent may be -1. Shares memory where strides
  /// allow it, else copies. Errors: `std::invalid_argument` if the sizes differ. A copy is O(size).
  Array<E> reshape(Shape shape) & { return reshaped(kNamed, shape); }
  const Array<E> reshape(Shape shape) const& { return reshaped(kConst, shape); }
  Array<E> reshape(Shape shape) && { return reshaped(kTemporary, shape); }

  /// The same, but never copies. Errors: `std::invalid_argument` where that would be necessary,
  /// too.
  Array<E> view_as(Shape shape) & { return viewed_as(kNamed, shape); }
  const Array<E> view_as(Shape shape) const& { return viewed_as(kConst, shape); }
  Array<E> view_as(Shape shape) && { return viewed_as(kTemporary, shape); }

  /// One axis, in C order: a view if contiguous, else a copy.
  Array<E> ravel() & { return raveled(kNamed); }
  const Array<E> ravel() const& { return raveled(kConst); }
  Array<E> ravel() && { return raveled(kTemporary); }

  /// Axes in reverse order.
  Array<E> T() & { return view(reversed_view(mutable_handle(), kNamed)); }
  const Array<E> T() const& { return view(reversed_view(mutable_handle(), kConst)); }
  Array<E> T() && { return view(reversed_view(mutable_handle(), kTemporary)); }

  /// Axis `i` of the result is axis `axes[i]`; none given: reversed. Errors:
  /// `std::invalid_argument` unless `axes` is a permutation.
  Array<E> transpose(const IntTuple& axes = none) & {
    return view(transposed_view(mutable_handle(), kNamed, axes));
  }
  const Array<E> transpose(const IntTuple& axes = none) const& {
    return view(transposed_view(mutable_handle(), kConst, axes));
  }
  Array<E> transpose(const IntTuple& axes = none) && {
    return view(transposed_view(mutable_handle(), kTemporary, axes));
  }

  /// The two axes change places.
  Array<E> swapaxes(Index axis1, Index axis2) & {
    return view(swapped_view(mutable_handle(), kNamed, axis1, axis2));
  }
  const Array<E> swapaxes(Index axis1, Index axis2) const& {
    return view(swapped_view(mutable_handle(), kConst, axis1, axis2));
  }
  Array<E> swapaxes(Index axis1, Index axis2) && {
    return view(swapped_view(mutable_handle(), kTemporary, axis1, axis2));
  }

  /// Without the axes of extent 1, or without the `axes` given, which must be such. As in NumPy, an
  /// array without axes is given back for axis `0` or `-1`, though not for `{0}`.
  Array<E> squeeze(const IntTuple& axes = none) & {
    return view(squeezed_view(mutable_handle(), kNamed, axes));
  }
  const Array<E> squeeze(const IntTuple& axes = none) const& {
    return view(squeezed_view(mutable_handle(), kConst, axes));
  }
  Array<E> squeeze(const IntTuple& axes = none) && {
    return view(squeezed_view(mutable_handle(), kTemporary, axes));
  }

  /// With a new axis of extent 1, which is number `axis` of the result.
  Array<E> expand_dims(Index axis) & { return view(expanded_view(mutable_handle(), kNamed, axis)); }
  const Array<E> expand_dims(Index axis) const& {
    return view(expanded_view(mutable_handle(), kConst, axis));
  }
  Array<E> expand_dims(Index axis) && {
    return view(expanded_view(mutable_handle(), kTemporary, axis));
  }

  /// Stretched to `shape` without copying. Read-only in view mode; in copy-on-write mode a named
  /// one can be written, and its elements become distinct (a copy) first.
  Array<E> broadcast_to(Shape shape) & {
    return view(broadcast_view(mutable_handle(), kNamed, shape));
  }
  const Array<E> broadcast_to(Shape shape) const& {
    return view(broadcast_view(mutable_handle(), kConst, shape));
  }
  Array<E> broadcast_to(Shape shape) && {
    return view(broadcast_view(mutable_handle(), kTemporary, shape));
  }

  /// The elements `(i, i + offset)` of axes `axis1` and `axis2`, as one axis, the last. Writes go
  /// to the array, as through any view; NumPy refuses them for now, and says that it will not.
  Array<E> diagonal(Index offset = 0, Index axis1 = 0, Index axis2 = 1) & {
    return view(diagonal_view(mutable_handle(), kNamed, offset, axis1, axis2));
  }
  const Array<E> diagonal(Index offset = 0, Index axis1 = 0, Index axis2 = 1) const& {
    return view(diagonal_view(mutable_handle(), kConst, offset, axis1, axis2));
  }
  Array<E> diagonal(Index offset = 0, Index axis1 = 0, Index axis2 = 1) && {
    return view(diagonal_view(mutable_handle(), kTemporary, offset, axis1, axis2));
  }

  /// In reverse order along `axes`, along all if none are given.
  Array<E> flip(const IntTuple& axes = none) & {
    return view(flipped_view(mutable_handle(), kNamed, axes));
  }
  const Array<E> flip(const IntTuple& axes = none) const& {
    return view(flipped_view(mutable_handle(), kConst, axes));
  }
  Array<E> flip(const IntTuple& axes = none) && {
    return view(flipped_view(mutable_handle(), kTemporary, axes));
  }

  /// All windows of extents `window` along `axes`, or along all axes: `(n - w + 1, ..., w)` for
  /// `(n, ...)`. The windows share elements; to be written as `broadcast_to`.
  Array<E> sliding_window_view(const IntTuple& window, const IntTuple& axes = none) & {
    return view(windows_view(mutable_handle(), kNamed, window, axes));
  }
  const Array<E> sliding_window_view(const IntTuple& window, const IntTuple& axes = none) const& {
    return view(windows_view(mutable_handle(), kConst, window, axes));
  }
  Array<E> sliding_window_view(const IntTuple& window, const IntTuple& axes = none) && {
    return view(windows_view(mutable_handle(), kTemporary, window, axes));
  }

  /// `shape` and `strides`, in bytes, from element (0, ..., 0): any elements in the memory of the
  /// buffer, in any order, also several times. Writeable. Errors: `std::out_of_range` if an element
  /// were beyond the buffer; `std::invalid_argument` for strides that are not aligned.
  Array<E> as_strided(Shape shape, absl::Span<const Index> strides) & {
    return view(strided_view(mutable_handle(), kNamed, shape, strides, alignof(E)));
  }
  const Array<E> as_strided(Shape shape, absl::Span<const Index> strides) const& {
    return view(strided_view(mutable_handle(), kConst, shape, strides, alignof(E)));
  }
  Array<E> as_strided(Shape shape, absl::Span<const Index> strides) && {
    return view(strided_view(mutable_handle(), kTemporary, shape, strides, alignof(E)));
  }

 protected:
  using ArrayHandle::ArrayHandle;

 private:
  static constexpr Receiver kNamed = Receiver::kNamed;
  static constexpr Receiver kConst = Receiver::kConst;
  static constexpr Receiver kTemporary = Receiver::kTemporary;

  static Array<E> view(Handle made) { return Array<E>(std::move(made)); }

  Array<E> reshaped(Receiver receiver, Shape shape) const {
    Handle made = reshaped_view(mutable_handle(), receiver, shape);
    if (made.get() != nullptr) return Array<E>(std::move(made));
    Handle copy = copy_instead_of_view(node(), node().layout.shape());
    if (receiver == kTemporary) mutable_handle().reset();
    return Array<E>(std::move(copy)).reshape(shape);
  }
  Array<E> viewed_as(Receiver receiver, Shape shape) const {
    Handle made = reshaped_view(mutable_handle(), receiver, shape);
    if (made.get() == nullptr) throw_not_a_view(node(), shape);
    return Array<E>(std::move(made));
  }
  Array<E> raveled(Receiver receiver) const {
    if (node().layout.is_contiguous(sizeof(E))) return reshaped(receiver, {-1});
    Handle copy = copy_instead_of_view(node(), {node().layout.size()});
    if (receiver == kTemporary) mutable_handle().reset();
    return Array<E>(std::move(copy));
  }
};

}  // namespace cow::internal

#endif  // COW_CORE_ARRAY_VIEWS_H_
