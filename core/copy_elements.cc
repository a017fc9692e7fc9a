#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "cow/core/copy_kernels.h"
#include "cow/core/iterate.h"

namespace cow::internal {
namespace {

/// Walks the axes of a copy that are outside of its planes.
template <class Fn>
void for_planes(const Walk& walk, int row_axis, int axis, std::byte* to, std::byte* from,
                const Fn& fn) {
  if (axis == walk.ndim() - 1) return fn(to, from);
  if (axis == row_axis) return for_planes(walk, row_axis, axis + 1, to, from, fn);
  for (Index i = 0; i < walk.extent(axis); ++i) {
    for_planes(walk, row_axis, axis + 1, to + i * walk.stride(0, axis),
               from + i * walk.stride(1, axis), fn);
  }
}

/// The axis along which the source's elements are closest to each other, if a plane of that and the
/// innermost axis is better copied in blocks; else the last but one.
int row_axis_of(const Walk& walk, Index itemsize) {
  const int last = walk.ndim() - 1;
  const auto distance = [&](int axis) { return std::abs(walk.stride(1, axis)); };
  int best = last;
  for (int axis = 0; axis < last; ++axis) {
    const bool long_enough = walk.extent(axis) >= kFewestTransposedRows;
    if (long_enough && distance(axis) >= itemsize && distance(axis) < distance(best)) best = axis;
  }
  return best == last ? last - 1 : best;
}

}  // namespace

void copy_elements(Shape shape, Index itemsize, const Operand& destination, const Operand& source) {
  const Walk walk(shape, {&destination, &source}, Order::kAny);
  if (walk.empty()) return;
  const int last = walk.ndim() - 1;
  const Index columns = walk.extent(last);
  const Index to_step = walk.stride(0, last), from_step = walk.stride(1, last);
  const bool stream = walk.size() * itemsize > kStreamedBytes;
  if (last == 0) {
    copy_plane(itemsize, 1, columns, {walk.address(0), 0, to_step}, {walk.address(1), 0, from_step},
               stream);
    if (stream) end_streams();
    return;
  }
  const int row_axis = row_axis_of(walk, itemsize);
  const Index rows = walk.extent(row_axis);
  const Index to_row = walk.stride(0, row_axis), from_row = walk.stride(1, row_axis);
  for_planes(walk, row_axis, 0, walk.address(0), walk.address(1),
             [&](std::byte* to, std::byte* from) {
               copy_plane(itemsize, rows, columns, {to, to_row, to_step},
                          {from, from_row, from_step}, stream);
             });
  if (stream) end_streams();
}

namespace {

template <class Unit>
void copy_units_in_order(const Walk& walk) {
  walk.run<2>([](const auto& at, const auto& strides, Index count) {
    constexpr Index kUnit = sizeof(Unit);
    if (strides[0] == strides[1] && std::abs(strides[0]) == kUnit) {
      const Index lowest = strides[0] < 0 ? (count - 1) * strides[0] : 0;
      std::memmove(at[0] + lowest, at[1] + lowest, static_cast<std::size_t>(count * kUnit));
      return;
    }
    for (Index i = 0; i < count; ++i) {
      Unit unit;
      std::memcpy(&unit, at[1] + i * strides[1], sizeof(Unit));
      std::memcpy(at[0] + i * strides[0], &unit, sizeof(Unit));
    }
  });
}

struct Unit16 {
  std::uint64_t halves[2];
};

}  // namespace

void copy_elements_in_order(Shape shape, Index itemsize, const Operand& destination,
                            const Operand& source) {
  const Walk walk(shape, {&destination, &source});
  switch (itemsize) {
    case 1:
      return copy_units_in_order<std::uint8_t>(walk);
    case 2:
      return copy_units_in_order<std::uint16_t>(walk);
    case 4:
      return copy_units_in_order<std::uint32_t>(walk);
    case 8:
      return copy_units_in_order<std::uint64_t>(walk);
    default:
      return copy_units_in_order<Unit16>(walk);
  }
}

void fill_elements_with(Shape shape, Index itemsize, const Operand& destination,
                        const void* value) {
  static constexpr Index kNoStrides[kMaxDims] = {};
  const auto address = const_cast<std::byte*>(static_cast<const std::byte*>(value));
  copy_elements(shape, itemsize, destination, {address, {kNoStrides, shape.size()}});
}

}  // namespace cow::internal
