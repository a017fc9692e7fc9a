#ifndef COW_CORE_SELECTED_ELEMENTS_H_
#define COW_CORE_SELECTED_ELEMENTS_H_

#include <optional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "cow/core/dims.h"
#include "cow/core/node.h"
#include "cow/core/packed_mask.h"
#include "cow/core/positions.h"

namespace cow::internal {

/// Some elements of an array, and the shape that they have together. In C order the array is
/// `blocks` blocks of `extent` rows of `inner` elements; of each block the same rows are selected:
/// those that `rows` lists, or where `mask`, if there is one, is true.
struct SelectedElements {
  Dims shape;
  Index blocks = 1;
  Index extent = 0;
  Index inner = 1;
  absl::Span<const Index> rows;  // `own_rows`, or the caller's
  std::vector<Index> own_rows;
  int axis = 0;  // that they are along
  std::optional<PackedMask> mask;

  SelectedElements() = default;
  SelectedElements(SelectedElements&&) = default;
  SelectedElements& operator=(SelectedElements&&) = default;

  Index count() const { return element_count(shape); }
  /// Copies rows that are the caller's. Errors: `std::bad_alloc`.
  void own();
  void own(std::vector<Index> list) {
    own_rows = std::move(list);
    rows = own_rows;
  }
};

/// `positions` along `axis`: NumPy's `take`. Refers to what they refer to. Errors:
/// `std::out_of_range` for a position or an axis that there is not; `std::invalid_argument` for a
/// result that no array can have.
SelectedElements select_along(Shape shape, Positions positions, Index axis);
/// The same in two steps: rows as they were given, which `require_rows` checks and counts from the
/// front.
SelectedElements select_unchecked(Shape shape, Positions positions, Index axis);
void require_rows(SelectedElements& selected);

/// The elements where `mask`, which covers the first axes, is true. Errors: `std::out_of_range` if
/// it is of another shape, and as above.
SelectedElements select_true(Shape shape, const Node& mask);

/// Positions of the true elements of `mask`, one axis, which may be shorter than the axis that it
/// selects from: NumPy's `compress`. Errors: `std::invalid_argument` if it has several axes.
IndexList true_positions(const Node& mask);

/// Errors: `std::out_of_range` unless `mask` is part of `shape` from `axis` on.
void require_mask_fits(Shape mask, Shape shape, int axis);

}  // namespace cow::internal

#endif  // COW_CORE_SELECTED_ELEMENTS_H_
