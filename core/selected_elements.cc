#include "cow/core/selected_elements.h"

#include "absl/strings/str_cat.h"
#include "cow/core/errors.h"
#include "cow/core/gather.h"
#include "cow/core/index.h"

namespace cow::internal {

void SelectedElements::own() {
  if (rows.data() != own_rows.data()) own({rows.begin(), rows.end()});
}

SelectedElements select_along(Shape shape, Positions positions, Index along) {
  SelectedElements selected = select_unchecked(shape, std::move(positions), along);
  require_rows(selected);
  return selected;
}

SelectedElements select_unchecked(Shape shape, Positions positions, Index along) {
  // NumPy's take sees an axis there.
  if (shape.empty()) return select_unchecked({1}, std::move(positions), along);
  Layout::c_order(shape, 1);  // or throws
  const auto axis = static_cast<std::size_t>(normalize_axis(along, static_cast<int>(shape.size())));
  const Shape before = shape.first(axis), after = shape.subspan(axis + 1);
  SelectedElements selected;
  selected.shape.assign(before.begin(), before.end());
  selected.shape.insert(selected.shape.end(), positions.shape().begin(), positions.shape().end());
  selected.shape.insert(selected.shape.end(), after.begin(), after.end());
  selected.blocks = element_count(before);
  selected.extent = shape[axis];
  selected.inner = element_count(after);
  selected.axis = static_cast<int>(axis);
  selected.rows = positions.list();
  selected.own_rows = positions.take_own();
  return selected;
}

void require_rows(SelectedElements& selected) {
  if (!all_in_range(selected.rows, selected.extent)) {
    selected.own();
    for (Index& row : selected.own_rows) {
      row = normalize_index(row, selected.extent, selected.axis);
    }
  }
  Layout::c_order(selected.shape, 1);  // or throws
}

void require_mask_fits(Shape mask, Shape shape, int axis) {
  for (Index extent : mask) {
    if (extent != shape[axis]) {
      throw_out_of_range(absl::StrCat("boolean index did not match indexed array along dimension ",
                                      axis, "; dimension is ", shape[axis],
                                      " but corresponding boolean dimension is ", extent));
    }
    ++axis;
  }
}

SelectedElements select_true(Shape shape, const Node& mask) {
  SelectedElements selected;
  selected.mask.emplace(mask);
  Layout::c_order(shape, 1);  // or throws
  const Shape covered = mask.layout.shape();
  if (covered.size() > shape.size()) {
    throw_wrong_rank(Layout::c_order(shape, 1), static_cast<int>(covered.size()));
  }
  require_mask_fits(covered, shape, 0);
  const Shape rest = shape.subspan(covered.size());
  selected.shape.push_back(selected.mask->count());
  selected.shape.insert(selected.shape.end(), rest.begin(), rest.end());
  selected.extent = selected.mask->size();
  selected.inner = element_count(rest);
  Layout::c_order(selected.shape, 1);  // or throws
  return selected;
}

IndexList true_positions(const Node& mask) {
  if (mask.layout.ndim() != 1) {
    throw_invalid_argument(absl::StrCat("compress: the mask must have one axis, and has shape ",
                                        tuple_text(mask.layout.shape())));
  }
  std::vector<Index> positions;
  const PackedMask packed(mask);
  positions.reserve(static_cast<std::size_t>(packed.count()));
  for_each_bit(packed, [&](Index position) { positions.push_back(position); });
  return index_list(positions);
}

}  // namespace cow::internal
