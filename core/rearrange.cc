#include <cstdlib>
#include <utility>

#include "cow/core/copy_kernels.h"
#include "cow/core/iterate.h"

namespace cow::internal {
namespace {

/// Exchanges elements with their mirror images: operand 1 of the walk is operand 0 with some axes
/// reversed.
class Mirror {
 public:
  Mirror(const Walk& walk, Index itemsize) : walk_(walk), itemsize_(itemsize) {}

  void run() const { mirror(0, walk_.address(0), walk_.address(1)); }

 private:
  bool is_reversed(int axis) const { return walk_.stride(1, axis) < 0; }
  bool is_reversed_from(int axis) const {
    for (; axis < walk_.ndim(); ++axis) {
      if (is_reversed(axis)) return true;
    }
    return false;
  }

  /// All that begins at `element` and differs from there on only along `axis` and those inside.
  void mirror(int axis, std::byte* element, std::byte* image) const {
    if (!is_reversed_from(axis)) return;
    const Index extent = walk_.extent(axis), stride = walk_.stride(0, axis);
    if (!is_reversed(axis)) {
      for (Index i = 0; i < extent; ++i) {
        mirror(axis + 1, element + i * stride, image + i * stride);
      }
      return;
    }
    const Index half = extent / 2;
    if (axis == walk_.ndim() - 1) {
      return swap_rows(itemsize_, half, element, stride, image, -stride);
    }
    for (Index i = 0; i < half; ++i) swap(axis + 1, element + i * stride, image - i * stride);
    if (extent % 2 != 0) mirror(axis + 1, element + half * stride, image - half * stride);
  }

  void swap(int axis, std::byte* element, std::byte* image) const {
    const Index extent = walk_.extent(axis);
    const Index stride = walk_.stride(0, axis), image_stride = walk_.stride(1, axis);
    if (axis == walk_.ndim() - 1) {
      return swap_rows(itemsize_, extent, element, stride, image, image_stride);
    }
    for (Index i = 0; i < extent; ++i) {
      swap(axis + 1, element + i * stride, image + i * image_stride);
    }
  }

  const Walk& walk_;
  const Index itemsize_;
};

/// The source is the destination with some axes reversed, none or all of them.
bool is_mirrored(Shape shape, const Operand& destination, const Operand& source) {
  Index distance = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 1 || source.strides[axis] == destination.strides[axis]) continue;
    if (source.strides[axis] != -destination.strides[axis]) return false;
    distance += (shape[axis] - 1) * destination.strides[axis];
  }
  return source.address == destination.address + distance;
}

/// Transposes in place each plane of the axes `row` and `column`.
void transpose_planes(Shape shape, Index itemsize, int row, int column, int axis, Operand matrix) {
  if (axis == static_cast<int>(shape.size())) {
    return transpose_in_place(itemsize, shape[row], matrix.address, matrix.strides[row]);
  }
  const bool in_plane = axis == row || axis == column;
  const Index extent = in_plane ? 1 : shape[axis];
  for (Index i = 0; i < extent; ++i) {
    transpose_planes(shape, itemsize, row, column, axis + 1,
                     {matrix.address + i * matrix.strides[axis], matrix.strides});
  }
}

/// Two axes that are exchanged, the second of adjacent elements.
struct Planes {
  int row;
  int column;
};

/// False if the source is not the destination with two such axes exchanged.
bool find_transposed(Shape shape, Index itemsize, Operand destination, Operand source,
                     Planes* planes) {
  if (source.address != destination.address) return false;
  int changed[2], count = 0;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 1 || source.strides[axis] == destination.strides[axis]) continue;
    if (count == 2) return false;
    changed[count++] = static_cast<int>(axis);
  }
  if (count != 2) return false;
  auto [row, column] = changed;
  if (destination.strides[row] == itemsize) std::swap(row, column);
  *planes = {row, column};
  return shape[row] == shape[column] && destination.strides[column] == itemsize &&
         source.strides[row] == destination.strides[column] &&
         source.strides[column] == destination.strides[row];
}

}  // namespace

bool can_rearrange_in_place(Shape shape, Index itemsize, const Operand& destination,
                            const Operand& source) {
  Planes planes;
  return is_mirrored(shape, destination, source) ||
         find_transposed(shape, itemsize, destination, source, &planes);
}

void rearrange_in_place(Shape shape, Index itemsize, const Operand& destination,
                        const Operand& source) {
  Planes planes;
  if (find_transposed(shape, itemsize, destination, source, &planes)) {
    return transpose_planes(shape, itemsize, planes.row, planes.column, 0, destination);
  }
  const Walk walk(shape, {&destination, &source}, Order::kAny);
  if (!walk.empty()) Mirror(walk, itemsize).run();
}

}  // namespace cow::internal
