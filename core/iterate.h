#ifndef COW_CORE_ITERATE_H_
#define COW_CORE_ITERATE_H_

#include <array>
#include <cstddef>

#include "cow/core/dims.h"

namespace cow::internal {

/// One strided operand of an element-by-element operation.
struct Operand {
  std::byte* address;
  absl::Span<const Index> strides;  // bytes, one an axis of the common shape
};

/// A walk over the elements of several operands of one shape: axes of extent 1 dropped, axes that
/// continue each other in every operand merged, the rest ordered by the first operand's strides,
/// largest outermost. O(n * ndim^2) to make.
class Walk {
 public:
  Walk(Shape shape, absl::Span<const Operand> operands);

  /// Calls `inner(addresses, strides, count)` once for each innermost row: `addresses[k]` is where
  /// operand k's row begins.
  template <std::size_t N, class Inner>
  void run(Inner inner) const;

 private:
  int ndim_ = 0;
  bool empty_ = false;
  std::array<Index, kMaxDims> shape_;
  static constexpr int kMaxOperands = 4;
  std::array<std::array<Index, kMaxDims>, kMaxOperands> strides_;
  std::array<std::byte*, kMaxOperands> addresses_;
};

template <std::size_t N, class Inner>
void Walk::run(Inner inner) const {
  static_assert(N <= kMaxOperands);
  if (empty_) return;
  std::array<std::byte*, N> at;
  std::array<Index, N> inner_strides{};
  for (std::size_t k = 0; k < N; ++k) at[k] = addresses_[k];
  if (ndim_ == 0) return inner(at, inner_strides, Index{1});
  const int last = ndim_ - 1;
  for (std::size_t k = 0; k < N; ++k) inner_strides[k] = strides_[k][last];
  std::array<Index, kMaxDims> position{};
  while (true) {
    inner(at, inner_strides, shape_[last]);
    int axis = last - 1;
    for (; axis >= 0; --axis) {
      if (++position[axis] < shape_[axis]) {
        for (std::size_t k = 0; k < N; ++k) at[k] += strides_[k][axis];
        break;
      }
      position[axis] = 0;
      for (std::size_t k = 0; k < N; ++k) at[k] -= strides_[k][axis] * (shape_[axis] - 1);
    }
    if (axis < 0) return;
  }
}

/// Copies elements of `itemsize` bytes; source and destination do not overlap.
void copy_elements(Shape shape, Index itemsize, Operand destination, Operand source);

}  // namespace cow::internal

#endif  // COW_CORE_ITERATE_H_
