#ifndef COW_CORE_LAYOUT_H_
#define COW_CORE_LAYOUT_H_

#include "absl/container/inlined_vector.h"
#include "cow/core/dims.h"

namespace cow {

/// Bytes `[begin, end)` of a buffer.
struct ByteRange {
  Index begin = 0;
  Index end = 0;

  Index size() const { return end - begin; }
};

/// How the elements of an array lie in a block of memory: shape, byte strides, and the byte offset
/// of element (0, ..., 0). Pure arithmetic: knows no memory and checks no bounds of one.
/// No allocation up to rank 4.
class Layout {
 public:
  /// One element (0-d) at offset 0.
  Layout() = default;

  /// As given. `shape` and `strides` have one entry an axis; strides may be zero or negative.
  Layout(Shape shape, absl::Span<const Index> strides_bytes, Index offset_bytes = 0);

  /// Rows first, no gaps, as NumPy's `order='C'`, at offset 0.
  /// Errors: `std::invalid_argument` for a negative extent, more than `kMaxDims` axes, or a size in
  /// bytes beyond 2^63 - 1.
  static Layout c_order(Shape shape, Index itemsize_bytes);

  int ndim() const { return static_cast<int>(dims_.size() / 2); }
  Shape shape() const { return {dims_.data(), dims_.size() / 2}; }
  Index extent(int axis) const { return dims_[axis]; }
  /// Bytes from one element to the next along each axis.
  absl::Span<const Index> strides() const {
    return {dims_.data() + dims_.size() / 2, dims_.size() / 2};
  }
  Index stride(int axis) const { return dims_[dims_.size() / 2 + axis]; }
  Index offset() const { return offset_; }
  void set_offset(Index offset_bytes) { offset_ = offset_bytes; }

  /// Number of elements. O(ndim).
  Index size() const;
  bool empty() const { return size() == 0; }

  /// No gaps and rows first (axes of extent 1 do not matter; empty counts). O(ndim).
  bool is_contiguous(Index itemsize_bytes) const;

  /// Elements in some order fill one block without gaps or overlap. O(ndim^2).
  bool is_dense(Index itemsize_bytes) const;

  /// An axis longer than 1 has stride 0: several index tuples are one element. O(ndim).
  bool is_stretched() const;

  /// All bytes between the lowest and the highest element, relative to where `offset` counts from;
  /// empty at the offset for an empty layout. O(ndim).
  ByteRange byte_range(Index itemsize_bytes) const;

  /// Bytes from element (0, ..., 0) to the element that is number `flat` in C order. O(ndim).
  Index displacement_of_flat(Index flat) const;

  friend bool operator==(const Layout& a, const Layout& b) {
    return a.offset_ == b.offset_ && a.dims_ == b.dims_;
  }

 private:
  absl::InlinedVector<Index, 8> dims_;  // the shape, then the strides
  Index offset_ = 0;
};

/// Product of the extents. O(ndim). Shapes of existing arrays never overflow.
Index element_count(Shape shape);

/// `axis` counted from the front. Errors: `std::out_of_range` unless `-ndim <= axis < ndim`.
int normalize_axis(Index axis, int ndim);

/// `layout` seen in `shape` (one entry may be -1) without moving an element; false if no strides do
/// that. Errors: `std::invalid_argument` if the sizes differ or several entries are -1. O(ndim).
bool reshape_layout(const Layout& layout, Shape shape, Index itemsize_bytes, Layout* result);

/// `shape` with its -1, if any, replaced so that the size is `size`. Errors as `reshape_layout`.
Dims resolve_shape(Shape shape, Index size);

/// Axes permuted: axis `i` of the result is axis `axes[i]`; negative ones count from the end.
/// Errors: `std::invalid_argument` unless `axes` is a permutation, `std::out_of_range` for an axis
/// that there is not.
Layout transpose_layout(const Layout& layout, absl::Span<const Index> axes);

/// Axes in reverse order.
Layout reverse_axes(const Layout& layout);

/// Stretched to `shape` with stride 0 on new axes and on those of extent 1.
/// Errors: `std::invalid_argument` if the layout does not broadcast to `shape`.
Layout broadcast_layout(const Layout& layout, Shape shape);

/// The shape that `a` and `b` broadcast to. Errors: `std::invalid_argument` if there is none.
Dims broadcast_shapes(Shape a, Shape b);

/// Without the axes of extent 1, or without just the `axes` given.
/// Errors: `std::invalid_argument` for a given axis that is longer, `std::out_of_range` for an axis
/// that there is not.
Layout squeeze_layout(const Layout& layout);
Layout squeeze_layout(const Layout& layout, absl::Span<const Index> axes);

}  // namespace cow

#endif  // COW_CORE_LAYOUT_H_
