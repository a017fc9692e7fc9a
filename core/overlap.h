#ifndef COW_CORE_OVERLAP_H_
#define COW_CORE_OVERLAP_H_

#include "absl/types/span.h"
#include "cow/core/bounded_sum.h"
#include "cow/core/dims.h"

namespace cow {

/// Where the elements of a strided array lie. Pure arithmetic: nothing is read or written there.
struct StridedMemory {
  /// Byte address of element (0, .., 0), from any origin that both arrays share.
  Index address;
  /// Elements along each axis, none negative. No elements at all if one is 0.
  absl::Span<const Index> shape;
  /// Bytes from one element to the next along each axis: as many as `shape`, of any sign, or 0.
  absl::Span<const Index> strides;
  /// Bytes an element, 0 or more. Elements may lie at any address and overlap each other.
  Index itemsize;
};

/// Answer of an exact test, with an example.
struct OverlapResult {
  Verdict verdict;
  /// If kYes: index tuples of one element on each side that have a byte in common; else empty.
  Dims index_a;
  Dims index_b;
};

/// Do the ranges from the lowest to the highest byte meet? Without elements: no.
/// A cheap answer that says yes for, say, the even and the odd elements of an array.
/// Ranges beyond 2^120 bytes count as infinite. O(ndim).
bool bounds_overlap(const StridedMemory& a, const StridedMemory& b);

/// Is some byte part of an element of `a` and of an element of `b`? Exact.
///
/// The layouts that slicing, reshaping and transposing of one array give take well below a
/// microsecond, nested ones some ten nanoseconds, and no memory up to rank 4. In general the
/// problem is NP-complete: kTooHard when about `max_work` elementary steps have not decided it.
/// kOverflow if the extents do not fit 120 bits.
OverlapResult find_overlap(const StridedMemory& a, const StridedMemory& b,
                           Index max_work = kDefaultMaxWork);

/// Do two different index tuples of `a` have a byte in common? Exact; kTooHard and kOverflow as in
/// find_overlap, kOverflow also for an axis longer than 2^62. A dimension longer than 1 with stride
/// 0 does that, and so may `as_strided`.
OverlapResult find_self_overlap(const StridedMemory& a, Index max_work = kDefaultMaxWork);

}  // namespace cow

#endif  // COW_CORE_OVERLAP_H_
