#include "cow/core/iterate.h"

#include <cstdlib>
#include <utility>

namespace cow::internal {

Walk::Walk(Shape shape, absl::Span<const Operand> operands, Order order) {
  const int count = static_cast<int>(operands.size());
  for (int k = 0; k < count; ++k) addresses_[k] = operands[k].address;
  std::array<int, kMaxDims> axes;
  for (int axis = 0; axis < static_cast<int>(shape.size()); ++axis) {
    if (shape[axis] == 0) empty_ = true;
    if (shape[axis] != 1) axes[ndim_++] = axis;
  }
  if (empty_) return;
  if (ndim_ == 0) {
    shape_[0] = 1;
    for (int k = 0; k < count; ++k) strides_[k][0] = 0;
    ndim_ = 1;
    return;
  }
  // Insertion: few axes, no memory, and axes that tie keep C order.
  const auto reach = [&](int axis) { return std::abs(operands[0].strides[axis]); };
  for (int i = 1; i < ndim_; ++i) {
    for (int j = i; j > 0 && reach(axes[j - 1]) < reach(axes[j]); --j) {
      std::swap(axes[j - 1], axes[j]);
    }
  }
  int kept = 0;
  for (int i = 0; i < ndim_; ++i) {
    const int axis = axes[i];
    const bool turn = order == Order::kAny && operands[0].strides[axis] < 0;
    std::array<Index, kMaxOperands> steps;
    for (int k = 0; k < count; ++k) {
      steps[k] = operands[k].strides[axis];
      if (!turn) continue;
      addresses_[k] += steps[k] * (shape[axis] - 1);
      steps[k] = -steps[k];
    }
    bool continues = kept > 0;
    for (int k = 0; continues && k < count; ++k) {
      continues = strides_[k][kept - 1] == steps[k] * shape[axis];
    }
    if (continues) {
      shape_[--kept] *= shape[axis];
    } else {
      shape_[kept] = shape[axis];
    }
    for (int k = 0; k < count; ++k) strides_[k][kept] = steps[k];
    ++kept;
  }
  ndim_ = kept;
}

Index Walk::size() const {
  Index size = 1;
  for (int axis = 0; axis < ndim_; ++axis) size *= shape_[axis];
  return size;
}

}  // namespace cow::internal
