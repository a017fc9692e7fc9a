#ifndef COW_CORE_ITERATE_H_
#define COW_CORE_ITERATE_H_

#include <array>
#include <cstddef>
#include <initializer_list>

#include "cow/core/dims.h"

namespace cow::internal {

/// One strided operand of an element-by-element operation.
struct Operand {
  std::byte* address;
  absl::Span<const Index> strides;  // bytes, one an axis of the common shape
};

/// In which order the elements along an axis may be visited.
enum class Order {
  kGiven,  // first to last: an operand may overlap the first one
  kAny,    // no element depends on another
};

/// A walk over the elements of several operands of one shape: axes of extent 1 dropped, axes that
/// continue each other in every operand merged, the rest ordered by the first operand's strides,
/// largest outermost; in any order, axes along which the first operand descends are turned round.
/// At least one axis is left. O(n * ndim^2) to make.
class Walk {
 public:
  static constexpr int kMaxOperands = 8;

  Walk(Shape shape, absl::Span<const Operand> operands, Order order = Order::kGiven);
  /// The same of operands that do not lie side by side: cheaper than to copy them.
  Walk(Shape shape, std::initializer_list<const Operand*> operands, Order order = Order::kGiven);

  /// There are no elements; nothing below may be asked then.
  bool empty() const { return empty_; }
  int ndim() const { return ndim_; }
  Index extent(int axis) const { return shape_[axis]; }
  Index stride(int operand, int axis) const { return strides_[operand][axis]; }
  /// Where the walk begins.
  std::byte* address(int operand) const { return addresses_[operand]; }
  /// Number of elements.
  Index size() const;

  /// Calls `inner(addresses, strides, count)` once for each innermost row: `addresses[k]` is where
  /// operand k's row begins.
  template <std::size_t N, class Inner>
  void run(Inner inner) const;

 private:
  /// `operand(k)` is operand k of `count`.
  template <class OperandAt, class Count>
  void arrange(Shape shape, OperandAt operand, Count count, Order order);
  template <class OperandAt>
  void arrange_all(Shape shape, OperandAt operand, std::size_t count, Order order);

  int ndim_ = 0;
  bool empty_ = false;
  std::array<Index, kMaxDims> shape_;
  std::array<std::array<Index, kMaxDims>, kMaxOperands> strides_;
  std::array<std::byte*, kMaxOperands> addresses_;
};

template <std::size_t N, class Inner>
void Walk::run(Inner inner) const {
  static_assert(N <= kMaxOperands);
  if (empty_) return;
  std::array<std::byte*, N> at;
  std::array<Index, N> inner_strides;
  const int last = ndim_ - 1;
  for (std::size_t k = 0; k < N; ++k) at[k] = addresses_[k];
  for (std::size_t k = 0; k < N; ++k) inner_strides[k] = strides_[k][last];
  const Index count = shape_[last];
  if (last == 0) return inner(at, inner_strides, count);
  std::array<Index, N> row_strides;
  for (std::size_t k = 0; k < N; ++k) row_strides[k] = strides_[k][last - 1];
  const Index rows = shape_[last - 1];
  std::array<Index, kMaxDims> position;
  for (int axis = 0; axis < last - 1; ++axis) position[axis] = 0;
  while (true) {
    std::array<std::byte*, N> row = at;
    for (Index i = 0; i < rows; ++i) {
      inner(row, inner_strides, count);
      for (std::size_t k = 0; k < N; ++k) row[k] += row_strides[k];
    }
    int axis = last - 2;
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

/// Copies elements of `itemsize` bytes: 1, 2, 4, 8 or 16. Source and destination do not overlap,
/// nor do elements of the destination; those of the source may.
void copy_elements(Shape shape, Index itemsize, const Operand& destination, const Operand& source);

/// The same where both overlap, along the axes as given, outermost the destination's largest
/// stride: each element is read when its turn comes.
void copy_elements_in_order(Shape shape, Index itemsize, const Operand& destination,
                            const Operand& source);

/// Every element becomes the `itemsize` bytes at `value`. Elements do not overlap.
void fill_elements_with(Shape shape, Index itemsize, const Operand& destination, const void* value);

/// Whether the source is the destination's elements in another order that `rearrange_in_place`
/// knows: axes reversed, or two axes of one extent exchanged, one of them without gaps. Elements of
/// the destination do not overlap.
bool can_rearrange_in_place(Shape shape, Index itemsize, const Operand& destination,
                            const Operand& source);

/// Then: `destination = source` as if all of the source were read first, without a copy of it.
void rearrange_in_place(Shape shape, Index itemsize, const Operand& destination,
                        const Operand& source);

}  // namespace cow::internal

#endif  // COW_CORE_ITERATE_H_
