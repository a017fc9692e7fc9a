#include "cow/core/iterate.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace cow::internal {

Walk::Walk(Shape shape, absl::Span<const Operand> operands) {
  const int count = static_cast<int>(operands.size());
  for (int k = 0; k < count; ++k) addresses_[k] = operands[k].address;
  std::array<int, kMaxDims> order;
  for (int axis = 0; axis < static_cast<int>(shape.size()); ++axis) {
    if (shape[axis] == 0) empty_ = true;
    if (shape[axis] != 1) order[ndim_++] = axis;
  }
  if (empty_) return;
  // Insertion: few axes, no memory, and axes that tie keep C order.
  const auto reach = [&](int axis) { return std::abs(operands[0].strides[axis]); };
  for (int i = 1; i < ndim_; ++i) {
    for (int j = i; j > 0 && reach(order[j - 1]) < reach(order[j]); --j) {
      std::swap(order[j - 1], order[j]);
    }
  }
  int kept = 0;
  for (int i = 0; i < ndim_; ++i) {
    const int axis = order[i];
    bool continues = kept > 0;
    for (int k = 0; continues && k < count; ++k) {
      continues = strides_[k][kept - 1] == operands[k].strides[axis] * shape[axis];
    }
    if (continues) {
      shape_[--kept] *= shape[axis];
    } else {
      shape_[kept] = shape[axis];
    }
    for (int k = 0; k < count; ++k) strides_[k][kept] = operands[k].strides[axis];
    ++kept;
  }
  ndim_ = kept;
}

namespace {

template <class Unit>
void copy_units(Shape shape, Operand destination, Operand source) {
  const Operand operands[] = {destination, source};
  Walk(shape, operands).run<2>([](const auto& at, const auto& strides, Index count) {
    if (strides[0] == sizeof(Unit) && strides[1] == sizeof(Unit)) {
      std::memcpy(at[0], at[1], static_cast<std::size_t>(count) * sizeof(Unit));
      return;
    }
    for (Index i = 0; i < count; ++i) {
      std::memcpy(at[0] + i * strides[0], at[1] + i * strides[1], sizeof(Unit));
    }
  });
}

struct Unit16 {
  std::uint64_t halves[2];
};

}  // namespace

void copy_elements(Shape shape, Index itemsize, Operand destination, Operand source) {
  switch (itemsize) {
    case 1:
      return copy_units<std::uint8_t>(shape, destination, source);
    case 2:
      return copy_units<std::uint16_t>(shape, destination, source);
    case 4:
      return copy_units<std::uint32_t>(shape, destination, source);
    case 8:
      return copy_units<std::uint64_t>(shape, destination, source);
    default:
      return copy_units<Unit16>(shape, destination, source);
  }
}

}  // namespace cow::internal
