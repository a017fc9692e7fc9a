#ifndef COW_CORE_INDEX_H_
#define COW_CORE_INDEX_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <utility>

#include "cow/core/dims.h"
#include "cow/core/layout.h"

namespace cow {

/// An absent slice bound, Python's `None`: `slice(none, none, -1)`.
struct None {};
inline constexpr None none;

/// A whole axis, Python's `:`.
struct All {};
inline constexpr All all;

/// A new axis of extent 1, NumPy's `np.newaxis`.
struct NewAxis {};
inline constexpr NewAxis newaxis;

/// As many whole axes as the index leaves unnamed, Python's `...`.
struct Ellipsis {};
inline constexpr Ellipsis ellipsis;

namespace internal {

/// Integers that may be a position; `bool` may not, as NumPy reads it as a mask.
template <class I>
concept Integer = std::integral<I> && !std::same_as<I, bool>;

/// `value` as an Index; what does not fit is as far out of range as an Index can be.
constexpr Index to_index(Integer auto value) {
  constexpr Index kHighest = std::numeric_limits<Index>::max();
  if (std::cmp_greater(value, kHighest)) return kHighest;
  return std::cmp_less(value, -kHighest) ? -kHighest : static_cast<Index>(value);
}

}  // namespace internal

/// A slice bound: a number, or `none`.
class SliceBound {
 public:
  constexpr SliceBound(None) : value_(kAbsent) {}
  constexpr SliceBound(internal::Integer auto value) : value_(internal::to_index(value)) {}
  constexpr bool present() const { return value_ != kAbsent; }
  constexpr Index value() const { return value_; }

 private:
  // `to_index` never gives it.
  static constexpr Index kAbsent = std::numeric_limits<Index>::min();
  Index value_;
};

/// Python's `start:stop:step`. Bounds may be negative (counted from the end) or beyond the axis
/// (clipped).
struct Slice {
  SliceBound start = none;
  SliceBound stop = none;
  SliceBound step = none;
};

/// `slice(stop)`, `slice(start, stop)`, `slice(start, stop, step)`, as Python's.
constexpr Slice slice(SliceBound stop) { return {none, stop, none}; }
constexpr Slice slice(SliceBound start, SliceBound stop, SliceBound step = none) {
  return {start, stop, step};
}

/// One entry of a basic index: an integer, a slice, `all`, `newaxis` or `ellipsis`.
class IndexItem {
 public:
  enum class Kind : std::uint8_t { kInteger, kSlice, kNewAxis, kEllipsis };

  constexpr IndexItem(internal::Integer auto position)
      : kind_(Kind::kInteger), slice_{position, none, none} {}
  constexpr IndexItem(const Slice& slice) : kind_(Kind::kSlice), slice_(slice) {}
  constexpr IndexItem(All) : kind_(Kind::kSlice) {}
  constexpr IndexItem(NewAxis) : kind_(Kind::kNewAxis) {}
  constexpr IndexItem(Ellipsis) : kind_(Kind::kEllipsis) {}

  constexpr Kind kind() const { return kind_; }
  constexpr Index position() const { return slice_.start.value(); }  // of kInteger
  constexpr const Slice& slice() const { return slice_; }            // of kSlice
  /// A position, or a slice without a step.
  constexpr bool is_plain() const { return kind_ <= Kind::kSlice && !slice_.step.present(); }

 private:
  Kind kind_;
  Slice slice_;
};

/// A basic index: one entry an axis, fewer where trailing axes are taken whole.
using IndexItems = absl::Span<const IndexItem>;

/// Start, count and step of a slice along an axis of `extent` elements: elements
/// `start, start + step, ...`, `count` of them.
struct ResolvedSlice {
  Index start;
  Index count;
  Index step;
};

/// Python's `slice.indices`. Errors: `std::invalid_argument` for step 0.
ResolvedSlice resolve_slice(const Slice& slice, Index extent);

namespace internal {

/// `resolve_slice` of one without a step.
inline ResolvedSlice resolve_plain_slice(const Slice& slice, Index extent) {
  const auto clip = [&](const SliceBound& bound, Index otherwise) {
    if (!bound.present()) return otherwise;
    const Index value = bound.value() < 0 ? bound.value() + extent : bound.value();
    return value < 0 ? 0 : value > extent ? extent : value;
  };
  const Index start = clip(slice.start, 0);
  const Index stop = clip(slice.stop, extent);
  return {start, stop > start ? stop - start : 0, 1};
}

[[noreturn]] void throw_bad_index(Index position, Index extent, int axis);
/// Errors: `std::out_of_range`: `count` positions for one element of `layout`.
[[noreturn]] void throw_wrong_rank(const Layout& layout, int count);

}  // namespace internal

/// `position` counted from the front of `axis`, which has `extent` elements.
/// Errors: `std::out_of_range` unless `-extent <= position < extent`.
inline Index normalize_index(Index position, Index extent, int axis) {
  const Index from_front = position < 0 ? position + extent : position;
  if (from_front < 0 || from_front >= extent) internal::throw_bad_index(position, extent, axis);
  return from_front;
}

namespace internal {

/// `index_layout`, in one pass into `result`, of what most indices are: no more items than the
/// axes, which are few, all of them positions in range and slices without a step. False if they are
/// not; no axis of `result`, which has few, is of use then.
inline bool index_plainly(const Layout& layout, IndexItems items, Layout& result) {
  const int ndim = layout.ndim(), count = static_cast<int>(items.size());
  if (ndim > Layout::kInlineDims || items.size() > static_cast<std::size_t>(ndim)) return false;
  const Index* const extents = layout.shape().data();
  const Index* const strides = layout.strides().data();
  const IndexItem* const given = items.data();
  result.set_rank(ndim);
  Layout::Writer axes(result);
  Index displacement = 0;
  int integers = 0;
  bool is_empty = false;
  for (int axis = 0; axis < ndim; ++axis) {
    const Index extent = extents[axis], stride = strides[axis];
    if (axis >= count) {
      is_empty |= extent == 0;
      axes.add(extent, stride);
      continue;
    }
    const IndexItem& item = given[axis];
    if (!item.is_plain()) return false;
    if (item.kind() == IndexItem::Kind::kInteger) {
      const Index from_front = item.position() < 0 ? item.position() + extent : item.position();
      if (from_front < 0 || from_front >= extent) return false;
      displacement += from_front * stride;
      ++integers;
    } else {
      const ResolvedSlice part = resolve_plain_slice(item.slice(), extent);
      is_empty |= extent == 0;
      // An empty slice keeps the offset, so that it stays inside the buffer.
      if (part.count > 0) displacement += part.start * stride;
      axes.add(part.count, stride);
    }
  }
  result.set_rank(ndim - integers);
  // Of an array without elements even a position may lie beyond the buffer.
  if (!is_empty) result.set_offset(layout.offset() + displacement);
  return true;
}

/// `index_layout` of any index, into `result`, which has few axes and the offset of `layout`.
void index_in_general(const Layout& layout, IndexItems items, Layout& result);

}  // namespace internal

/// The part of `layout` that `items` names; shares its memory. O(ndim).
/// Errors: `std::out_of_range` for an integer beyond its axis, too many indices or several
/// ellipses; `std::invalid_argument` for a slice of step 0 or a result of too many axes.
inline Layout index_layout(const Layout& layout, IndexItems items) {
  Layout result = Layout::of_rank(0, layout.offset());
  if (!internal::index_plainly(layout, items, result)) {
    internal::index_in_general(layout, items, result);
  }
  return result;
}

/// As Python writes it: "[1:3, ::-1, newaxis, ..., 0]".
std::string index_text(IndexItems items);

}  // namespace cow

#endif  // COW_CORE_INDEX_H_
