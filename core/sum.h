#ifndef COW_CORE_SUM_H_
#define COW_CORE_SUM_H_

#include <cstddef>

#include "cow/core/dims.h"

/// The inner loops of sums, for each SIMD target. Results are the same on each.
namespace cow::internal {

/// One axis of a sum: elements along it, and bytes from one to the next in the array that is summed
/// and among the sums. The latter is 0 along an axis that is summed.
struct SummedAxis {
  Index extent = 1;
  Index from = 0;
  Index to = 0;
};

/// Reads `count` elements, `stride` bytes apart, as numbers of the sums' type, side by side.
template <class Sum>
using ReadBlock = void (*)(const std::byte* from, Index stride, Index count, Sum* block);

/// Adds each element of two nested axes to its sum. Rows that are summed are summed pairwise: in
/// halves down to blocks of at most 512 numbers, of which every 32nd goes into one of 32 sums. So
/// the error grows with the logarithm of the row's length, and is bounded as that of NumPy, whose
/// blocks are of 128 numbers and 8 sums. Of sums side by side each gets its elements one after the
/// other.
///
/// `Sum`: float, double, complex of these, or `std::uint64_t`. `is_packed`: along `inner` there are
/// `Sum`s side by side; other elements are read by `read`.
template <class Sum>
void add_to_sums(const std::byte* from, std::byte* to, const SummedAxis& outer,
                 const SummedAxis& inner, ReadBlock<Sum> read, bool is_packed);

}  // namespace cow::internal

#endif  // COW_CORE_SUM_H_
