#include "cow/core/reduce.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "cow/core/errors.h"

namespace cow::internal {

void throw_nothing_to_compare(Shape shape, const char* name) {
  throw_invalid_argument(absl::StrCat("zero-size array of shape ", tuple_text(shape),
                                      " to reduction operation ", name, " which has no identity"));
}

Lanes::Lanes(const Layout& layout, Index along)
    : shape(layout.shape().begin(), layout.shape().end()),
      strides(layout.strides().begin(), layout.strides().end()),
      axis(normalize_axis(along, std::max(layout.ndim(), 1))) {
  if (shape.empty()) return;
  count = shape[axis];
  stride = strides[axis];
  shape.erase(shape.begin() + axis);
  strides.erase(strides.begin() + axis);
}

SummedAxes summed_axes(Shape shape, absl::Span<const Index> from, absl::Span<const Index> to) {
  SummedAxes axes;
  for (std::size_t k = 0; k < shape.size(); ++k) {
    if (shape[k] == 1) continue;
    const SummedAxis axis = {shape[k], from[k], to[k]};
    // Axes that tie keep C order.
    axes.insert(std::upper_bound(axes.begin(), axes.end(), axis,
                                 [](const SummedAxis& a, const SummedAxis& b) {
                                   return std::abs(a.from) > std::abs(b.from);
                                 }),
                axis);
  }
  SummedAxes merged;
  for (const SummedAxis& axis : axes) {
    if (!merged.empty() && merged.back().from == axis.from * axis.extent &&
        merged.back().to == axis.to * axis.extent) {
      merged.back() = {merged.back().extent * axis.extent, axis.from, axis.to};
    } else {
      merged.push_back(axis);
    }
  }
  while (merged.size() < 2) merged.insert(merged.begin(), SummedAxis());
  return merged;
}

void require_lanes(const Node& node, Index axis, const char* name) {
  if (Lanes(node.layout, axis).count == 0) throw_nothing_to_compare(node.layout.shape(), name);
}

}  // namespace cow::internal
