#include "cow/core/iterate.h"

#include <cstdlib>
#include <type_traits>
#include <utility>

namespace cow::internal {

Walk::Walk(Shape shape, absl::Span<const Operand> operands, Order order) {
  arrange_all(
      shape, [operands](int k) -> const Operand& { return operands[k]; }, operands.size(), order);
}

Walk::Walk(Shape shape, std::initializer_list<const Operand*> operands, Order order) {
  arrange_all(
      shape, [all = operands.begin()](int k) -> const Operand& { return *all[k]; }, operands.size(),
      order);
}

/// The loops over few operands are unrolled.
template <class OperandAt>
void Walk::arrange_all(Shape shape, OperandAt operand, std::size_t count, Order order) {
  switch (count) {
    case 1:
      return arrange(shape, operand, std::integral_constant<int, 1>(), order);
    case 2:
      return arrange(shape, operand, std::integral_constant<int, 2>(), order);
    case 3:
      return arrange(shape, operand, std::integral_constant<int, 3>(), order);
    default:
      return arrange(shape, operand, static_cast<int>(count), order);
  }
}

// Locals and plain pointers, as small operations spend much of their time here.
template <class OperandAt, class Count>
void Walk::arrange(Shape shape, OperandAt operand, Count count, Order order) {
  const Index* const extents = shape.data();
  std::array<const Index*, kMaxOperands> strides;
  std::array<Index, kMaxOperands> offsets;  // of where the walk begins
  for (int k = 0; k < count; ++k) {
    strides[k] = operand(k).strides.data();
    offsets[k] = 0;
  }
  std::array<int, kMaxDims> axes;
  int ndim = 0;
  for (int axis = 0; axis < static_cast<int>(shape.size()); ++axis) {
    if (extents[axis] == 0) {
      empty_ = true;
      return;
    }
    if (extents[axis] == 1) continue;
    // Insertion: few axes, no memory, and axes that tie keep C order.
    const Index reach = std::abs(strides[0][axis]);
    int place = ndim++;
    for (; place > 0 && std::abs(strides[0][axes[place - 1]]) < reach; --place) {
      axes[place] = axes[place - 1];
    }
    axes[place] = axis;
  }
  int kept = 0;
  for (int i = 0; i < ndim; ++i) {
    const int axis = axes[i];
    const Index extent = extents[axis];
    const bool turn = order == Order::kAny && strides[0][axis] < 0;
    std::array<Index, kMaxOperands> steps;
    bool continues = kept > 0;
    for (int k = 0; k < count; ++k) {
      steps[k] = strides[k][axis];
      if (turn) {
        offsets[k] += steps[k] * (extent - 1);
        steps[k] = -steps[k];
      }
      continues = continues && strides_[k][kept - 1] == steps[k] * extent;
    }
    if (continues) {
      shape_[--kept] *= extent;
    } else {
      shape_[kept] = extent;
    }
    for (int k = 0; k < count; ++k) strides_[k][kept] = steps[k];
    ++kept;
  }
  if (kept == 0) {
    shape_[0] = 1;
    for (int k = 0; k < count; ++k) strides_[k][0] = 0;
    kept = 1;
  }
  ndim_ = kept;
  for (int k = 0; k < count; ++k) addresses_[k] = operand(k).address + offsets[k];
}

Index Walk::size() const {
  Index size = 1;
  for (int axis = 0; axis < ndim_; ++axis) size *= shape_[axis];
  return size;
}

}  // namespace cow::internal
