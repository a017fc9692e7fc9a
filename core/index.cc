#include "cow/core/index.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cow/core/errors.h"

namespace cow {

namespace internal {

void throw_bad_index(Index position, Index extent, int axis) {
  throw_out_of_range(
      absl::StrCat("index ", position, " is out of bounds for axis ", axis, " with size ", extent));
}

void throw_wrong_rank(const Layout& layout, int count) {
  if (count > layout.ndim()) {
    throw_out_of_range(absl::StrCat("too many indices for array: array is ", layout.ndim(),
                                    "-dimensional, but ", count, " were indexed"));
  }
  throw_out_of_range(absl::StrCat("an element of an array of shape ", tuple_text(layout.shape()),
                                  " has ", layout.ndim(), " indices, not ", count));
}

}  // namespace internal

ResolvedSlice resolve_slice(const Slice& slice, Index extent) {
  if (!slice.step.present() || slice.step.value() == 1) {
    const auto clip = [&](const SliceBound& bound, Index otherwise) {
      if (!bound.present()) return otherwise;
      const Index value = bound.value() < 0 ? bound.value() + extent : bound.value();
      return std::clamp<Index>(value, 0, extent);
    };
    const Index start = clip(slice.start, 0);
    const Index stop = clip(slice.stop, extent);
    return {start, std::max<Index>(stop - start, 0), 1};
  }
  Index step = slice.step.value();
  if (step == 0) internal::throw_invalid_argument("slice step cannot be zero");
  const bool forward = step > 0;
  // Bounds are clipped to what a walk in this direction can reach.
  const Index lowest = forward ? 0 : -1;
  const Index highest = forward ? extent : extent - 1;
  const auto clip = [&](const SliceBound& bound, Index otherwise) {
    if (!bound.present()) return otherwise;
    const Index value = bound.value() < 0 ? bound.value() + extent : bound.value();
    return std::clamp(value, lowest, highest);
  };
  const Index start = clip(slice.start, forward ? 0 : extent - 1);
  const Index stop = clip(slice.stop, forward ? extent : -1);
  const Index distance = forward ? stop - start : start - stop;
  // Beyond the extent all steps take one element; clipped, it cannot overflow below.
  step = std::clamp(step, -std::max<Index>(extent, 1), std::max<Index>(extent, 1));
  const Index stride = forward ? step : -step;
  return {start, distance > 0 ? (distance - 1) / stride + 1 : 0, step};
}

namespace {

[[noreturn]] void throw_too_many_axes(const Layout& layout, IndexItems items) {
  internal::throw_invalid_argument(
      absl::StrCat("number of dimensions must be within [0, ", kMaxDims, "]: the index ",
                   index_text(items), " of shape ", tuple_text(layout.shape()), " has more"));
}

}  // namespace

Layout index_layout(const Layout& layout, IndexItems items) {
  int integers = 0, slices = 0, added = 0, ellipses = 0;
  for (const IndexItem& item : items) {
    integers += item.kind() == IndexItem::Kind::kInteger;
    slices += item.kind() == IndexItem::Kind::kSlice;
    added += item.kind() == IndexItem::Kind::kNewAxis;
    ellipses += item.kind() == IndexItem::Kind::kEllipsis;
  }
  if (ellipses > 1) {
    internal::throw_out_of_range("an index can only have a single ellipsis ('...')");
  }
  const int ndim = layout.ndim();
  const int named = integers + slices;
  if (named > ndim) internal::throw_wrong_rank(layout, named);
  if (ndim + added > kMaxDims) throw_too_many_axes(layout, items);

  Layout result = Layout::of_rank(ndim - integers + added, layout.offset());
  Index displacement = 0;
  bool is_empty = false;
  int axis = 0, made = 0;
  const auto take_whole = [&](int count) {
    for (; count > 0; --count, ++axis) {
      is_empty |= layout.extent(axis) == 0;
      result.set_axis(made++, layout.extent(axis), layout.stride(axis));
    }
  };
  for (const IndexItem& item : items) {
    switch (item.kind()) {
      case IndexItem::Kind::kInteger:
        displacement +=
            normalize_index(item.position(), layout.extent(axis), axis) * layout.stride(axis);
        ++axis;
        break;
      case IndexItem::Kind::kSlice: {
        const Index extent = layout.extent(axis), stride = layout.stride(axis);
        const ResolvedSlice part = resolve_slice(item.slice(), extent);
        is_empty |= extent == 0;
        // An empty slice keeps the offset, so that it stays inside the buffer.
        if (part.count > 0) displacement += part.start * stride;
        result.set_axis(made++, part.count, part.count > 1 ? part.step * stride : stride);
        ++axis;
        break;
      }
      case IndexItem::Kind::kNewAxis:
        result.set_axis(made++, 1, 0);
        break;
      case IndexItem::Kind::kEllipsis:
        take_whole(ndim - named);
        break;
    }
  }
  take_whole(ndim - axis);
  // Of an array without elements even a position may lie beyond the buffer.
  if (!is_empty) result.set_offset(layout.offset() + displacement);
  return result;
}

namespace {

std::string item_text(const IndexItem& item) {
  switch (item.kind()) {
    case IndexItem::Kind::kInteger:
      return absl::StrCat(item.position());
    case IndexItem::Kind::kNewAxis:
      return "newaxis";
    case IndexItem::Kind::kEllipsis:
      return "...";
    case IndexItem::Kind::kSlice:
      break;
  }
  const auto bound_text = [](const SliceBound& bound) {
    return bound.present() ? absl::StrCat(bound.value()) : std::string();
  };
  const Slice& slice = item.slice();
  std::string text = absl::StrCat(bound_text(slice.start), ":", bound_text(slice.stop));
  if (slice.step.present()) absl::StrAppend(&text, ":", bound_text(slice.step));
  return text;
}

}  // namespace

std::string index_text(IndexItems items) {
  return absl::StrCat("[",
                      absl::StrJoin(items, ", ",
                                    [](std::string* out, const IndexItem& item) {
                                      absl::StrAppend(out, item_text(item));
                                    }),
                      "]");
}

}  // namespace cow
