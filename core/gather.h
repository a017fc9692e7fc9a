#ifndef COW_CORE_GATHER_H_
#define COW_CORE_GATHER_H_

#include <cstddef>

#include "absl/types/span.h"
#include "cow/core/dims.h"

/// The inner loops of indexing with positions.
namespace cow::internal {

/// Is each position at least 0 and less than `extent`? For each SIMD target.
bool all_in_range(absl::Span<const Index> positions, Index extent);

/// Copies rows of `row_bytes` each, which are numbered from `from` on, side by side to `to`.
void gather(const std::byte* from, Index row_bytes, absl::Span<const Index> rows, std::byte* to);

}  // namespace cow::internal

#endif  // COW_CORE_GATHER_H_
