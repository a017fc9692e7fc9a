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

namespace {

/// The errors of `items` as a whole.
[[noreturn]] void throw_bad_items(const Layout& layout, IndexItems items) {
  int named = 0, ellipses = 0;
  for (const IndexItem& item : items) {
    ellipses += item.kind() == IndexItem::Kind::kEllipsis;
    named += item.kind() == IndexItem::Kind::kInteger || item.kind() == IndexItem::Kind::kSlice;
  }
  if (ellipses > 1) throw_out_of_range("an index can only have a single ellipsis ('...')");
  if (named > layout.ndim()) throw_wrong_rank(layout, named);
  throw_invalid_argument(absl::StrCat("number of dimensions must be within [0, ", kMaxDims,
                                      "]: the index ", index_text(items), " of shape ",
                                      tuple_text(layout.shape()), " has more"));
}

}  // namespace

void index_in_general(const Layout& layout, IndexItems items, Layout& result) {
  // How many there are of each kind: 16 bits a kind.
  constexpr std::size_t kMostItems = 2 * kMaxDims + 1;
  std::uint64_t counts = items.size() > kMostItems ? ~std::uint64_t{0} : 0;
  if (counts == 0) {
    for (const IndexItem& item : items) counts += std::uint64_t{1} << 16 * int(item.kind());
  }
  const auto count_of = [&](IndexItem::Kind kind) {
    return static_cast<int>(counts >> 16 * static_cast<int>(kind) & 0xFFFF);
  };
  const int ndim = layout.ndim();
  const int integers = count_of(IndexItem::Kind::kInteger);
  const int added = count_of(IndexItem::Kind::kNewAxis);
  const int whole = ndim - integers - count_of(IndexItem::Kind::kSlice);
  if (whole < 0 || ndim + added > kMaxDims || count_of(IndexItem::Kind::kEllipsis) > 1) {
    throw_bad_items(layout, items);
  }

  result.set_rank(ndim - integers + added);
  Layout::Writer axes(result);
  const Index* extent = layout.shape().data();
  const std::ptrdiff_t strides = layout.strides().data() - extent;
  const Index* const last = extent + ndim;
  Index displacement = 0;
  bool is_empty = false;
  const auto take_whole = [&](const Index* end) {
    for (; extent != end; ++extent) {
      is_empty |= *extent == 0;
      axes.add(*extent, extent[strides]);
    }
  };
  for (const IndexItem& item : items) {
    switch (item.kind()) {
      case IndexItem::Kind::kInteger: {
        const int axis = static_cast<int>(extent - (last - ndim));
        displacement += normalize_index(item.position(), *extent, axis) * extent[strides];
        ++extent;
        break;
      }
      case IndexItem::Kind::kSlice: {
        const Index stride = extent[strides];
        const ResolvedSlice part = resolve_slice(item.slice(), *extent);
        is_empty |= *extent == 0;
        // An empty slice keeps the offset, so that it stays inside the buffer.
        if (part.count > 0) displacement += part.start * stride;
        axes.add(part.count, part.count > 1 ? part.step * stride : stride);
        ++extent;
        break;
      }
      case IndexItem::Kind::kNewAxis:
        axes.add(1, 0);
        break;
      case IndexItem::Kind::kEllipsis:
        take_whole(extent + whole);
        break;
    }
  }
  take_whole(last);
  // Of an array without elements even a position may lie beyond the buffer.
  if (!is_empty) result.set_offset(layout.offset() + displacement);
}

}  // namespace internal

ResolvedSlice resolve_slice(const Slice& slice, Index extent) {
  if (!slice.step.present()) return internal::resolve_plain_slice(slice, extent);
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
