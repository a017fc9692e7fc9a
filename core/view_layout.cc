#include "cow/core/view_layout.h"

#include <algorithm>
#include <bitset>
#include <limits>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "cow/core/errors.h"

namespace cow {
namespace {

using internal::throw_invalid_argument;
using internal::throw_out_of_range;

/// Shape and strides to rearrange.
struct Axes {
  explicit Axes(const Layout& layout)
      : extents(layout.shape().begin(), layout.shape().end()),
        strides(layout.strides().begin(), layout.strides().end()),
        offset(layout.offset()) {}

  void insert(int axis, Index extent, Index stride) {
    require_dims(extents.size() + 1);
    extents.insert(extents.begin() + axis, extent);
    strides.insert(strides.begin() + axis, stride);
  }
  void erase(int axis) {
    extents.erase(extents.begin() + axis);
    strides.erase(strides.begin() + axis);
  }
  int ndim() const { return static_cast<int>(extents.size()); }
  Layout layout() const { return Layout(extents, strides, offset); }

  static void require_dims(std::size_t ndim) {
    if (ndim > kMaxDims) {
      throw_invalid_argument(
          absl::StrCat("number of dimensions must be within [0, ", kMaxDims, "]: ", ndim));
    }
  }

  Dims extents;
  Dims strides;
  Index offset;
};

std::string on_shape(const Layout& layout) {
  return absl::StrCat(" of an array of shape ", tuple_text(layout.shape()));
}

/// Element (0, ..., 0) and the highest and lowest byte, from `offset`, without overflow.
std::pair<absl::int128, absl::int128> byte_bounds(const Layout& layout, Index itemsize) {
  absl::int128 lowest = layout.offset();
  absl::int128 highest = lowest + itemsize;
  for (int axis = 0; axis < layout.ndim(); ++axis) {
    const absl::int128 reach = absl::int128(layout.extent(axis) - 1) * layout.stride(axis);
    (reach < 0 ? lowest : highest) += reach;
  }
  return {lowest, highest};
}

}  // namespace

Layout swapaxes_layout(const Layout& layout, Index axis1, Index axis2) {
  Axes axes(layout);
  const int first = normalize_axis(axis1, layout.ndim());
  const int second = normalize_axis(axis2, layout.ndim());
  std::swap(axes.extents[first], axes.extents[second]);
  std::swap(axes.strides[first], axes.strides[second]);
  return axes.layout();
}

Layout expand_dims_layout(const Layout& layout, Index axis) {
  Axes axes(layout);
  axes.insert(normalize_axis(axis, layout.ndim() + 1), 1, 0);
  return axes.layout();
}

Layout diagonal_layout(const Layout& layout, Index offset, Index axis1, Index axis2) {
  if (layout.ndim() < 2) {
    throw_invalid_argument(absl::StrCat("diagonal requires two axes or more: the shape is ",
                                        tuple_text(layout.shape())));
  }
  const int first = normalize_axis(axis1, layout.ndim());
  const int second = normalize_axis(axis2, layout.ndim());
  if (first == second) {
    throw_invalid_argument(
        absl::StrCat("diagonal: axis1 and axis2 are both axis ", first, on_shape(layout)));
  }
  // Where the diagonal starts; one that misses the array starts at its beginning and is empty.
  const Index rows = layout.extent(first), columns = layout.extent(second);
  const Index row = offset < 0 ? std::min(rows, offset < -rows ? rows : -offset) : 0;
  const Index column = offset > 0 ? std::min(columns, offset) : 0;
  const Index count = std::min(rows - row, columns - column);
  Axes axes(layout);
  if (count > 0) axes.offset += row * layout.stride(first) + column * layout.stride(second);
  axes.erase(std::max(first, second));
  axes.erase(std::min(first, second));
  axes.insert(axes.ndim(), count, layout.stride(first) + layout.stride(second));
  return axes.layout();
}

Layout flip_layout(const Layout& layout, const IntTuple& axes) {
  std::bitset<kMaxDims> flipped;
  for (Index given : axes.numbers()) {
    const int axis = normalize_axis(given, layout.ndim());
    if (flipped[axis]) {
      throw_invalid_argument(
          absl::StrCat("flip: axis ", axis, on_shape(layout), " is there twice"));
    }
    flipped[axis] = true;
  }
  if (!axes.is_given()) flipped.set();
  Axes result(layout);
  const bool is_empty = layout.empty();
  for (int axis = 0; axis < layout.ndim(); ++axis) {
    if (!flipped[axis]) continue;
    if (!is_empty) result.offset += (layout.extent(axis) - 1) * layout.stride(axis);
    result.strides[axis] = -layout.stride(axis);
  }
  return result.layout();
}

Layout sliding_window_layout(const Layout& layout, absl::Span<const Index> window,
                             const IntTuple& axes) {
  const std::size_t count =
      axes.is_given() ? axes.numbers().size() : static_cast<std::size_t>(layout.ndim());
  if (window.size() != count) {
    throw_invalid_argument(absl::StrCat("sliding_window_view: the window ", tuple_text(window),
                                        " has ", window.size(), " extents for ", count, " axes",
                                        on_shape(layout)));
  }
  Axes result(layout);
  for (std::size_t i = 0; i < count; ++i) {
    const int axis =
        axes.is_given() ? normalize_axis(axes.numbers()[i], layout.ndim()) : static_cast<int>(i);
    if (window[i] < 0 || window[i] > result.extents[axis]) {
      throw_invalid_argument(absl::StrCat("sliding_window_view: the window ", tuple_text(window),
                                          " does not fit axis ", axis, on_shape(layout)));
    }
    result.extents[axis] -= window[i] - 1;
    result.insert(result.ndim(), window[i], layout.stride(axis));
  }
  return result.layout();
}

void require_aligned_layout(const Layout& layout, Index itemsize, Index alignment) {
  Layout::c_order(layout.shape(), itemsize);  // for its errors
  for (int axis = 0; axis < layout.ndim(); ++axis) {
    if (layout.extent(axis) > 1 && layout.stride(axis) % alignment != 0) {
      throw_invalid_argument(absl::StrCat("strides ", tuple_text(layout.strides()),
                                          " are no multiples of the alignment of ", alignment,
                                          " bytes"));
    }
  }
  const auto [lowest, highest] = byte_bounds(layout, itemsize);
  constexpr Index kFarthest = std::numeric_limits<Index>::max() / 2;
  if (!layout.empty() && (lowest < -kFarthest || highest > kFarthest)) {
    throw_invalid_argument(absl::StrCat("shape ", tuple_text(layout.shape()), " with strides ",
                                        tuple_text(layout.strides()),
                                        " reaches beyond any memory"));
  }
}

Layout strided_layout(const Layout& layout, Shape shape, absl::Span<const Index> strides_bytes,
                      Index itemsize, Index alignment, ByteRange memory) {
  if (shape.size() != strides_bytes.size()) {
    throw_invalid_argument(absl::StrCat("as_strided: shape ", tuple_text(shape), " and strides ",
                                        tuple_text(strides_bytes), " differ in length"));
  }
  const Layout result(shape, strides_bytes, layout.offset());
  require_aligned_layout(result, itemsize, alignment);
  if (result.empty()) return result;
  const auto [lowest, highest] = byte_bounds(result, itemsize);
  if (lowest < memory.begin || highest > memory.end) {
    throw_out_of_range(absl::StrCat("as_strided: shape ", tuple_text(shape), " with strides ",
                                    tuple_text(strides_bytes), " reaches beyond the ",
                                    memory.size(), " bytes of the buffer"));
  }
  return result;
}

}  // namespace cow
