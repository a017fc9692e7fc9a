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
};

/// Row by row; `stream`: around the caches, where rows of `to` have no gaps and are long.
/// `end_streams` must follow.
void copy_plane(Index itemsize, Index rows, Index columns, const PlaneOf<std::byte>& to,
                const PlaneOf<const std::byte>& from, bool stream);

/// Adjacent bytes, around the caches. `end_streams` must follow.
void stream_bytes(std::byte* to, const std::byte* from, Index bytes);

/// After it other threads that are told so see what was streamed.
void end_streams();

/// A matrix transposed: row i of the result, `to + i * to_stride`, is column i of the source, whose
/// rows are `from_stride` bytes apart. Elements of a row are adjacent. `stream`: around the caches,
/// where lines of `to` can be aligned; `end_streams` must follow.
void transpose_plane(Index itemsize, Index rows, Index columns, std::byte* to, Index to_stride,
                     const std::byte* from, Index from_stride, bool stream);

/// Swaps element i of one row with element i of the other; rows without a byte in common.
void swap_rows(Index itemsize, Index count, std::byte* a, Index a_stride, std::byte* b,
               Index b_stride);

/// Transposes a square matrix of `extent` rows in place.
void transpose_in_place(Index itemsize, Index extent, std::byte* matrix, Index stride);

}  // namespace cow::internal

#endif  // COW_CORE_COPY_KERNELS_H_
