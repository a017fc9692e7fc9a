#ifndef COW_CORE_POSITIONS_H_
#define COW_CORE_POSITIONS_H_

#include <concepts>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "cow/core/array_traits.h"
#include "cow/core/dims.h"
#include "cow/core/node.h"

namespace cow {

/// A list of positions along an axis; negative ones count from the end. Indexing with it copies.
class IndexList {
 public:
  absl::Span<const Index> positions() const { return positions_; }

 private:
  // Not from braces, which are a basic index: `a[{0, 2}]` is one element.
  explicit IndexList(std::vector<Index> positions) : positions_(std::move(positions)) {}
  friend IndexList index_list(absl::Span<const Index> positions);

  std::vector<Index> positions_;
};

/// `a[index_list({0, 2})]` is what NumPy writes `a[[0, 2]]`. Copies the positions.
inline IndexList index_list(absl::Span<const Index> positions) {
  return IndexList({positions.begin(), positions.end()});
}

namespace internal {

/// A list of positions, an array of them, or a mask: an index that makes a copy.
template <class I>
concept AdvancedIndex = std::same_as<std::remove_cvref_t<I>, IndexList> ||
    (AnyArray<I>&& std::integral<typename std::remove_cvref_t<I>::value_type>);

/// The same without masks.
template <class I>
concept PositionIndex = std::same_as<std::remove_cvref_t<I>, IndexList> ||
    (AdvancedIndex<I> && !std::same_as<typename std::remove_cvref_t<I>::value_type, bool>);

/// The elements of an array of integers, in C order. O(size). Errors: `std::bad_alloc`.
std::vector<Index> positions_in(const Node& array);

/// Positions along an axis, in C order: of a list, or of an array of integers. Refers to them where
/// it can. Errors: `std::bad_alloc`.
class Positions {
 public:
  explicit Positions(const IndexList& list)
      : list_(list.positions()), shape_{static_cast<Index>(list_.size())} {}
  template <class A>
  requires AnyArray<A>
  explicit Positions(const A& array) : Positions(array.handle().node()) {}
  Positions(Positions&&) = default;

  absl::Span<const Index> list() const { return list_; }
  Shape shape() const { return shape_; }
  /// The positions, if they are neither the list's nor the array's; to be called once.
  std::vector<Index> take_own() { return std::move(own_); }

 private:
  explicit Positions(const Node& array);

  std::vector<Index> own_;
  absl::Span<const Index> list_;
  Dims shape_;
};

}  // namespace internal
}  // namespace cow

#endif  // COW_CORE_POSITIONS_H_
