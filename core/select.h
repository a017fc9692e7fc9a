#ifndef COW_CORE_SELECT_H_
#define COW_CORE_SELECT_H_

#include <concepts>
#include <initializer_list>
#include <vector>

#include "absl/functional/function_ref.h"
#include "cow/core/index.h"
#include "cow/core/node.h"
#include "cow/core/write_gate.h"

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

/// Some of the elements of an array: what a list of positions or a mask names.
struct Selection {
  /// Of each element, in C order of the result: its byte distance from element (0, ..., 0).
  std::vector<Index> displacements;
  Dims shape;
};

/// Entries `positions` (C order, in shape `positions_shape`) along `axis`.
/// Errors: `std::out_of_range` for a position or an axis that there is not. O(result).
Selection select_positions(const Layout& layout, absl::Span<const Index> positions,
                           Shape positions_shape, int axis);

/// The elements where `mask`, which covers the first axes of `layout`, is not 0. `mask_address` is
/// that of its element (0, ..., 0), of one byte each.
/// Errors: `std::out_of_range` if the shapes differ. O(size).
Selection select_mask(const Layout& layout, const Layout& mask, const std::byte* mask_address);

/// The selected elements in a new array, in C order.
Handle copy_selection(const Node& source, const Selection& selection);

/// Writes `value`, of the array's element type, into the elements that `select` names; it is called
/// again if passing the gate has rearranged them.
void fill_selection(Node& destination, Receiver receiver, absl::FunctionRef<Selection()> select,
                    const void* value);

}  // namespace internal
}  // namespace cow

#endif  // COW_CORE_SELECT_H_
