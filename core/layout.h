#ifndef COW_CORE_LAYOUT_H_
#define COW_CORE_LAYOUT_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

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
class Layout {
 public:
  /// One element (0-d) at offset 0.
  Layout() = default;

  /// As given. `shape` and `strides` have one entry an axis; strides may be zero or negative.
  Layout(Shape shape, absl::Span<const Index> strides_bytes, Index offset_bytes = 0);

  /// Up to this rank nothing is allocated.
  static constexpr int kInlineDims = 4;

  /// Of `ndim` axes, each of which is to be set before anything else is done with it.
  static Layout of_rank(int ndim, Index offset_bytes) { return Layout(ndim, offset_bytes); }
  void set_axis(int axis, Index extent, Index stride_bytes) {
    Index* const at = numbers();
    at[axis] = extent;
    at[strides_begin() + axis] = stride_bytes;
  }
  /// To set all axes.
  class Writer {
   public:
    explicit Writer(Layout& layout)
        : extents_(layout.numbers()), strides_begin_(layout.strides_begin()) {}
    /// In any order.
    void set(int axis, Index extent, Index stride_bytes) {
      extents_[axis] = extent;
      extents_[strides_begin_ + axis] = stride_bytes;
    }
    /// Sets the first axis, and calls after that the next. Not together with `set`.
    void add(Index extent, Index stride_bytes) {
      set(0, extent, stride_bytes);
      ++extents_;
    }

   private:
    Index* extents_;
    std::ptrdiff_t strides_begin_;
  };
  /// Of a layout of at most `kInlineDims` axes: makes it one of `ndim`, as `of_rank`; axes that it
  /// had, up to `kInlineDims`, stay as they are. So they can be set before it is known how many
  /// there will be. Errors: `std::bad_alloc`; nothing has changed then.
  void set_rank(int ndim) {
    if (ndim > kInlineDims) spilled_ = new Index[2 * ndim];
    ndim_ = ndim;
  }

  /// Rows first, no gaps, as NumPy's `order='C'`, at offset 0.
  /// Errors: `std::invalid_argument` for a negative extent, more than `kMaxDims` axes, or a size in
  /// bytes beyond 2^63 - 1.
  static Layout c_order(Shape shape, Index itemsize_bytes);

  Layout(const Layout& other) : Layout(other.ndim_, other.offset_) { copy_numbers(other); }
  Layout(Layout&& other) noexcept { steal(other); }
  Layout& operator=(const Layout& other) {
    if (this != &other) *this = Layout(other);
    return *this;
  }
  Layout& operator=(Layout&& other) noexcept {
    if (this != &other) {
      free_numbers();
      steal(other);
    }
    return *this;
  }
  ~Layout() { free_numbers(); }

  int ndim() const { return ndim_; }
  Shape shape() const { return {numbers(), static_cast<std::size_t>(ndim_)}; }
  Index extent(int axis) const { return numbers()[axis]; }
  /// Bytes from one element to the next along each axis.
  absl::Span<const Index> strides() const {
    return {numbers() + strides_begin(), static_cast<std::size_t>(ndim_)};
  }
  Index stride(int axis) const { return numbers()[strides_begin() + axis]; }
  Index offset() const { return offset_; }
  void set_offset(Index offset_bytes) { offset_ = offset_bytes; }

  /// Number of elements. O(ndim).
  Index size() const;
  bool empty() const {
    const Shape extents = shape();
    return std::find(extents.begin(), extents.end(), 0) != extents.end();
  }

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
    return a.offset_ == b.offset_ && a.shape() == b.shape() && a.strides() == b.strides();
  }

 private:
  Layout(int ndim, Index offset_bytes) : offset_(offset_bytes) { set_rank(ndim); }

  bool is_inline() const { return ndim_ <= kInlineDims; }
  /// The shape, and the strides from `strides_begin()` on.
  std::ptrdiff_t strides_begin() const { return is_inline() ? kInlineDims : ndim_; }
  const Index* numbers() const { return is_inline() ? inline_ : spilled_; }
  Index* numbers() { return is_inline() ? inline_ : spilled_; }
  void copy_numbers(const Layout& other) {
    // All that there may be: faster than to count.
    if (is_inline()) {
      std::memcpy(inline_, other.inline_, sizeof inline_);
    } else {
      std::copy_n(other.spilled_, 2 * ndim_, spilled_);
    }
  }
  /// Leaves one element at offset 0 behind.
  void steal(Layout& other) noexcept {
    offset_ = std::exchange(other.offset_, 0);
    ndim_ = std::exchange(other.ndim_, 0);
    std::memcpy(inline_, other.inline_, sizeof inline_);
  }
  void free_numbers() {
    if (!is_inline()) delete[] spilled_;
  }

  Index offset_ = 0;
  int ndim_ = 0;
  union {
    Index inline_[2 * kInlineDims];
    Index* spilled_;
  };
};

/// Product of the extents. O(ndim). Shapes of existing arrays never overflow.
Index element_count(Shape shape);

/// `axis` counted from the front. Errors: `std::out_of_range` unless `-ndim <= axis < ndim`.
int normalize_axis(Index axis, int ndim);

/// `layout` seen in `shape` (one entry may be -1) without moving an element; false if no strides do
/// that. Errors: `std::invalid_argument` if the sizes differ or several entries are -1. O(ndim).
bool reshape_layout(const Layout& layout, Shape shape, Index itemsize_bytes, Layout* result);

/// The same of a contiguous layout, which can always be reshaped.
Layout reshape_contiguous(const Layout& layout, Shape shape, Index itemsize_bytes);

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
