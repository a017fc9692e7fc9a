#ifndef COW_CORE_COMPRESS_H_
#define COW_CORE_COMPRESS_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "cow/core/dims.h"

/// The inner loops of `a[mask]`, for each SIMD target. Results are the same on each.
namespace cow::internal {

/// Words of 64 bits, one bit an element: bit 0 of the first word is the first one.
constexpr Index words_for_bits(Index count) { return (count + 63) / 64; }

/// A bit for each of `count` elements of a mask, bytes side by side that are true unless 0; the
/// last word's other bits are 0. Returns how many are true.
Index pack_bits(const std::byte* mask, Index count, std::uint64_t* words);

/// Copies those of the elements at `from`, `itemsize` bytes each, whose bit is set, side by side to
/// `to`, where there is room for just the `taken` that there are.
void compress(const std::byte* from, Index itemsize, absl::Span<const std::uint64_t> words,
              std::byte* to, Index taken);

}  // namespace cow::internal

#endif  // COW_CORE_COMPRESS_H_
