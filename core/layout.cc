#include "cow/core/layout.h"

#include <algorithm>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "cow/core/errors.h"

namespace cow {

Layout::Layout(Shape shape, absl::Span<const Index> strides_bytes, Index offset_bytes)
    : Layout(static_cast<int>(shape.size()), offset_bytes) {
  for (int axis = 0; axis < ndim_; ++axis) set_axis(axis, shape[axis], strides_bytes[axis]);
}

Layout Layout::c_order(Shape shape, Index itemsize_bytes) {
  if (shape.size() > kMaxDims) {
    internal::throw_invalid_argument(absl::StrCat("maximum supported dimension for an array is ",
                                                  kMaxDims, ", found ", shape.size()));
  }
  // Extents of zero are left out of the product, so that the strides of an empty array fit too.
  Index bytes = itemsize_bytes;
  for (Index extent : shape) {
    if (extent < 0) {
      internal::throw_invalid_argument(
          absl::StrCat("negative dimensions are not allowed: ", tuple_text(shape)));
    }
    if (extent > 0 && __builtin_mul_overflow(bytes, extent, &bytes)) {
      internal::throw_invalid_argument(absl::StrCat("array is too big: shape ", tuple_text(shape),
                                                    " of ", itemsize_bytes, "-byte elements"));
    }
  }
  Layout layout(static_cast<int>(shape.size()), 0);
  Index stride = itemsize_bytes;
  for (int axis = layout.ndim() - 1; axis >= 0; --axis) {
    layout.set_axis(axis, shape[axis], stride);
    stride *= std::max<Index>(shape[axis], 1);
  }
  return layout;
}

Index element_count(Shape shape) {
  // Unsigned: the other extents of an empty array may overflow together.
  std::uint64_t count = 1;
  for (Index extent : shape) count *= static_cast<std::uint64_t>(extent);
  return static_cast<Index>(count);
}

Index Layout::size() const { return element_count(shape()); }

bool Layout::is_contiguous(Index itemsize_bytes) const {
  const Index* const extents = shape().data();
  const Index* const strides_bytes = strides().data();
  // Unsigned: of an empty array the product may overflow before the extent of 0.
  auto expected = static_cast<std::uint64_t>(itemsize_bytes);
  for (int axis = ndim_; axis-- > 0;) {
    const Index extent = extents[axis];
    if (extent == 0) return true;
    if (extent != 1 && static_cast<std::uint64_t>(strides_bytes[axis]) != expected) return empty();
    expected *= static_cast<std::uint64_t>(extent);
  }
  return true;
}

bool Layout::is_dense(Index itemsize_bytes) const {
  // Elements that fill their own range and are not stretched onto each other lie in one block. The
  // smallest stride must be one element, the next one that times its extent, and so on.
  absl::InlinedVector<std::pair<Index, Index>, 4> axes;
  for (int axis = 0; axis < ndim(); ++axis) {
    if (extent(axis) == 0) return true;
    if (extent(axis) > 1) axes.emplace_back(std::abs(stride(axis)), extent(axis));
  }
  std::sort(axes.begin(), axes.end());
  Index expected = itemsize_bytes;
  for (const auto& [stride_bytes, count] : axes) {
    if (stride_bytes != expected) return false;
    expected *= count;
  }
  return true;
}

bool Layout::is_stretched() const {
  if (empty()) return false;
  for (int axis = 0; axis < ndim(); ++axis) {
    if (stride(axis) == 0 && extent(axis) > 1) return true;
  }
  return false;
}

ByteRange Layout::byte_range(Index itemsize_bytes) const {
  if (empty()) return {offset_, offset_};
  ByteRange range{offset_, offset_ + itemsize_bytes};
  for (int axis = 0; axis < ndim(); ++axis) {
    const Index reach = (extent(axis) - 1) * stride(axis);
    (reach < 0 ? range.begin : range.end) += reach;
  }
  return range;
}

Index Layout::displacement_of_flat(Index flat) const {
  Index displacement = 0;
  for (int axis = ndim() - 1; axis >= 0; --axis) {
    displacement += flat % extent(axis) * stride(axis);
    flat /= extent(axis);
  }
  return displacement;
}

int normalize_axis(Index axis, int ndim) {
  if (axis < -ndim || axis >= ndim) {
    internal::throw_out_of_range(
        absl::StrCat("axis ", axis, " is out of bounds for array of dimension ", ndim));
  }
  return static_cast<int>(axis < 0 ? axis + ndim : axis);
}

namespace {

[[noreturn]] void throw_bad_reshape(Shape shape, Index size) {
  internal::throw_invalid_argument(
      absl::StrCat("cannot reshape array of size ", size, " into shape ", tuple_text(shape)));
}

}  // namespace

namespace {

/// What replaces the -1 in `shape`. Errors as `reshape_layout`.
Index unknown_extent(Shape shape, Index size) {
  if (shape.size() > kMaxDims) {
    internal::throw_invalid_argument(absl::StrCat("maximum supported dimension for an array is ",
                                                  kMaxDims, ", found ", shape.size()));
  }
  Index known = 1;
  bool has_unknown = false;
  for (Index extent : shape) {
    if (extent == -1) {
      if (has_unknown) {
        internal::throw_invalid_argument(
            absl::StrCat("can only specify one unknown dimension: ", tuple_text(shape)));
      }
      has_unknown = true;
    } else if (extent < 0) {
      throw_bad_reshape(shape, size);
    } else if (known != 0 && __builtin_mul_overflow(known, extent, &known)) {
      if (std::find(shape.begin(), shape.end(), 0) == shape.end()) throw_bad_reshape(shape, size);
      known = 0;
    }
  }
  if (has_unknown) {
    if (known == 0 || size % known != 0) throw_bad_reshape(shape, size);
    return size / known;
  }
  if (known != size) throw_bad_reshape(shape, size);
  return -1;
}

}  // namespace

Dims resolve_shape(Shape shape, Index size) {
  const Index unknown = unknown_extent(shape, size);
  Dims resolved(shape.begin(), shape.end());
  std::replace(resolved.begin(), resolved.end(), Index{-1}, unknown);
  return resolved;
}

Layout reshape_contiguous(const Layout& layout, Shape shape, Index itemsize_bytes) {
  const Index size = layout.size();
  const int ndim = static_cast<int>(shape.size());
  // What most shapes are, in one pass: few axes, none of them -1 or 0.
  bool is_plain = shape.size() <= Layout::kInlineDims;
  Layout reshaped = Layout::of_rank(is_plain ? ndim : 0, layout.offset());
  Layout::Writer axes(reshaped);
  Index stride = itemsize_bytes;
  for (int axis = ndim; is_plain && axis-- > 0;) {
    const Index extent = shape.data()[axis];
    axes.set(axis, extent, stride);
    is_plain = extent > 0 && !__builtin_mul_overflow(stride, extent, &stride);
  }
  if (!is_plain || stride != size * itemsize_bytes) {
    reshaped = Layout::c_order(resolve_shape(shape, size), itemsize_bytes);
    reshaped.set_offset(layout.offset());
  }
  return reshaped;
}

// Groups of old axes and groups of new axes with the same number of elements are matched from the
// left; a group can be reshaped in place if its old axes are laid out as one run.
bool reshape_layout(const Layout& layout, Shape shape, Index itemsize_bytes, Layout* result) {
  if (layout.is_contiguous(itemsize_bytes)) {
    *result = reshape_contiguous(layout, shape, itemsize_bytes);
    return true;
  }
  const Index unknown = unknown_extent(shape, layout.size());
  const int ndim = static_cast<int>(shape.size());
  const auto wanted = [&](int axis) { return shape[axis] == -1 ? unknown : shape[axis]; };
  Layout reshaped = Layout::of_rank(ndim, layout.offset());
  // Axes of extent 1 are of no account.
  const auto old_axis = [&](int axis) {
    while (axis < layout.ndim() && layout.extent(axis) == 1) ++axis;
    return axis;
  };
  int old_begin = old_axis(0), new_begin = 0;
  Index last_stride = itemsize_bytes;
  while (new_begin < ndim && old_begin < layout.ndim()) {
    int old_last = old_begin, new_end = new_begin + 1;
    Index old_count = layout.extent(old_begin), new_count = wanted(new_begin);
    while (old_count != new_count) {
      if (new_count < old_count) {
        new_count *= wanted(new_end++);
      } else {
        const int next = old_axis(old_last + 1);
        if (layout.stride(old_last) != layout.extent(next) * layout.stride(next)) return false;
        old_count *= layout.extent(next);
        old_last = next;
      }
    }
    last_stride = layout.stride(old_last);
    Index stride = last_stride;
    for (int axis = new_end; axis-- > new_begin;) {
      reshaped.set_axis(axis, wanted(axis), stride);
      stride *= wanted(axis);
    }
    old_begin = old_axis(old_last + 1);
    new_begin = new_end;
  }
  // What is left has extent 1: any stride will do; continue the run to its left.
  for (int axis = new_begin; axis < ndim; ++axis) reshaped.set_axis(axis, 1, last_stride);
  *result = std::move(reshaped);
  return true;
}

Layout transpose_layout(const Layout& layout, absl::Span<const Index> axes) {
  const int ndim = layout.ndim();
  if (static_cast<int>(axes.size()) != ndim) {
    internal::throw_invalid_argument(absl::StrCat(
        "axes ", tuple_text(axes), " don't match array of shape ", tuple_text(layout.shape())));
  }
  Layout result = Layout::of_rank(ndim, layout.offset());
  std::uint64_t seen = 0;
  for (int i = 0; i < ndim; ++i) {
    const int axis = normalize_axis(axes[i], ndim);
    if (seen >> axis & 1) {
      internal::throw_invalid_argument(
          absl::StrCat("repeated axis in transpose: ", tuple_text(axes)));
    }
    seen |= std::uint64_t{1} << axis;
    result.set_axis(i, layout.extent(axis), layout.stride(axis));
  }
  return result;
}

Layout reverse_axes(const Layout& layout) {
  const int ndim = layout.ndim();
  Layout result = Layout::of_rank(ndim, layout.offset());
  Layout::Writer axes(result);
  const Index* const extents = layout.shape().data();
  const Index* const strides = layout.strides().data();
  for (int axis = ndim; axis-- > 0;) axes.add(extents[axis], strides[axis]);
  return result;
}

Layout broadcast_layout(const Layout& layout, Shape shape) {
  const int extra = static_cast<int>(shape.size()) - layout.ndim();
  bool fits = extra >= 0 && shape.size() <= kMaxDims;
  Dims strides(shape.size(), 0);
  for (int axis = 0; fits && axis < static_cast<int>(shape.size()); ++axis) {
    if (shape[axis] < 0) fits = false;
    if (axis < extra) continue;
    const Index extent = layout.extent(axis - extra);
    if (extent == shape[axis]) {
      strides[axis] = extent == 1 ? 0 : layout.stride(axis - extra);
    } else if (extent != 1) {
      fits = false;
    }
  }
  if (!fits) {
    internal::throw_invalid_argument(absl::StrCat("could not broadcast array of shape ",
                                                  tuple_text(layout.shape()), " to shape ",
                                                  tuple_text(shape)));
  }
  Layout::c_order(shape, 1);  // throws if the count of elements overflows
  return Layout(shape, strides, layout.offset());
}

Dims broadcast_shapes(Shape a, Shape b) {
  const std::size_t ndim = std::max(a.size(), b.size());
  Dims result(ndim);
  for (std::size_t i = 0; i < ndim; ++i) {  // axes counted from the last
    const Index x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const Index y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) {
      internal::throw_invalid_argument(
          absl::StrCat("operands could not be broadcast together with shapes ", tuple_text(a), " ",
                       tuple_text(b)));
    }
    result[ndim - 1 - i] = x == 1 ? y : x;
  }
  return result;
}

namespace {

Layout drop_axes(const Layout& layout, std::uint64_t dropped) {
  Dims shape, strides;
  for (int axis = 0; axis < layout.ndim(); ++axis) {
    if (dropped >> axis & 1) continue;
    shape.push_back(layout.extent(axis));
    strides.push_back(layout.stride(axis));
  }
  return Layout(shape, strides, layout.offset());
}

}  // namespace

Layout squeeze_layout(const Layout& layout) {
  std::uint64_t dropped = 0;
  for (int axis = 0; axis < layout.ndim(); ++axis) {
    if (layout.extent(axis) == 1) dropped |= std::uint64_t{1} << axis;
  }
  return drop_axes(layout, dropped);
}

Layout squeeze_layout(const Layout& layout, absl::Span<const Index> axes) {
  std::uint64_t dropped = 0;
  for (Index given : axes) {
    const int axis = normalize_axis(given, layout.ndim());
    if (layout.extent(axis) != 1) {
      internal::throw_invalid_argument(absl::StrCat(
          "cannot select an axis to squeeze out which has size not equal to one: axis ", given,
          " of shape ", tuple_text(layout.shape())));
    }
    if (dropped >> axis & 1) {
      internal::throw_invalid_argument(absl::StrCat("duplicate value in axis: ", tuple_text(axes)));
    }
    dropped |= std::uint64_t{1} << axis;
  }
  return drop_axes(layout, dropped);
}

}  // namespace cow
