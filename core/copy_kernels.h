#ifndef COW_CORE_COPY_KERNELS_H_
#define COW_CORE_COPY_KERNELS_H_

#include <cstddef>

#include "cow/core/dims.h"

/// Loops that move elements of 1, 2, 4, 8 or 16 bytes, whatever they mean, with the best SIMD
/// instructions of the processor. Elements may lie at any address. Unless said otherwise the two
/// sides have no byte in common.
namespace cow::internal {

/// Results of more bytes are written around the caches, where that takes whole cache lines: they
/// would not stay there, and memory need not be read to be overwritten.
inline constexpr Index kStreamedBytes = Index{8} << 20;

/// A matrix of elements at any distances from each other, in bytes.
template <class Byte>
struct PlaneOf {
  Byte* address;
  Index row_stride;
  Index column_stride;

  Byte* row(Index i) const { return address + i * row_stride; }
  /// The same from element (i, j) on.
  PlaneOf block(Index i, Index j) const {
    return {address + i * row_stride + j * column_stride, row_stride, column_stride};
  }
};

/// Planes of fewer rows are copied row by row, however they lie.
inline constexpr Index kFewestTransposedRows = 4;

/// In the order of rows or, where the source's elements are closer to each other down its columns,
/// in blocks, transposed. `stream`: around the caches, where `to` has rows without gaps that are
/// long, or lines that can be aligned; `end_streams` must follow.
void copy_plane(Index itemsize, Index rows, Index columns, const PlaneOf<std::byte>& to,
                const PlaneOf<const std::byte>& from, bool stream);

/// Adjacent bytes, around the caches. `end_streams` must follow.
void stream_bytes(std::byte* to, const std::byte* from, Index bytes);

/// After it other threads that are told so see what was streamed.
void end_streams();

/// Swaps element i of one row with element i of the other; rows without a byte in common.
void swap_rows(Index itemsize, Index count, std::byte* a, Index a_stride, std::byte* b,
               Index b_stride);

/// Transposes a square matrix of `extent` rows in place.
void transpose_in_place(Index itemsize, Index extent, std::byte* matrix, Index stride);

}  // namespace cow::internal

#endif  // COW_CORE_COPY_KERNELS_H_
