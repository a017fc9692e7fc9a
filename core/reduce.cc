#include "cow/core/reduce.h"

#include <algorithm>

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

void require_lanes(const Node& node, Index axis, const char* name) {
  if (Lanes(node.layout, axis).count == 0) throw_nothing_to_compare(node.layout.shape(), name);
}

}  // namespace cow::internal
