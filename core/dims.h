#ifndef COW_CORE_DIMS_H_
#define COW_CORE_DIMS_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"

namespace cow {

/// A position, extent, stride or count. Signed, as NumPy's `npy_intp`.
using Index = std::int64_t;

/// NumPy's limit on the number of dimensions.
inline constexpr int kMaxDims = 32;

/// One number per axis; on the stack up to rank 4.
using Dims = absl::InlinedVector<Index, 4>;

/// A shape given by the caller; accepts `{3, 4}`.
using Shape = absl::Span<const Index>;

/// As `==`, but short spans are compared faster than the call of `memcmp` that it makes.
inline bool same_numbers(absl::Span<const Index> a, absl::Span<const Index> b) {
  if (a.size() != b.size()) return false;
  const Index *const x = a.data(), *const y = b.data();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (x[i] != y[i]) return false;
  }
  return true;
}

}  // namespace cow

#endif  // COW_CORE_DIMS_H_
