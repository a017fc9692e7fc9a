#ifndef COW_CORE_GATHER_H_
#define COW_CORE_GATHER_H_

#include <cstddef>

#include "absl/types/span.h"
#include "cow/core/dims.h"

/// The inner loops of indexing with positions.
namespace cow::internal {

/// Is each position at least 0 and less than `extent`? For each SIMD target.
bool all_in_range(absl::Span<const Index> positions, Index extent);

/// Copies the `rows` of a block of `extent` rows of `row_bytes` each, from `from` on, side by side
/// to `to`. False, and nobody knows which are copied, if one is not in range: to check on the way
/// costs less than `all_in_range` before it.
bool gather(const std::byte* from, Index extent, Index row_bytes, absl::Span<const Index> rows,
            std::byte* to);

}  // namespace cow::internal

#endif  // COW_CORE_GATHER_H_
