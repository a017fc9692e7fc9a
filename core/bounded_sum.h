#ifndef COW_CORE_BOUNDED_SUM_H_
#define COW_CORE_BOUNDED_SUM_H_

#include "absl/numeric/int128.h"
#include "absl/types/span.h"
#include "cow/core/dims.h"

namespace cow {

/// What an exact search with a work limit found.
enum class Verdict {
  kNo,        ///< Proven: there is none.
  kYes,       ///< Proven by an example.
  kTooHard,   ///< The work limit was reached first.
  kOverflow,  ///< The numbers do not fit 128-bit arithmetic; nothing is known.
};

/// Work allowed when the caller names no limit. A unit is about a nanosecond, at most a few where
/// tables do not fit the caches: no question takes more than about half a second.
inline constexpr Index kDefaultMaxWork = 250'000'000;

/// Decides whether integers `0 <= x[i] <= bounds[i]` exist with
/// `lo <= sum of coefficients[i] * x[i] <= hi`.
///
/// `coefficients` may have any sign or be zero; `bounds` has as many entries, and a negative one
/// means that there is no solution. On kYes a solution is written to `x`, which must be as long;
/// otherwise `x` is left alone. Nothing is allocated for up to 16 variables where one variable
/// after the other can be settled, as is so for slices of one array.
///
/// Errors: kOverflow if the sum can reach 2^125; kTooHard after about `max_work` elementary steps.
/// The problem is NP-complete, so no limit suffices for every input. Memory: at most some 128 MiB.
Verdict find_bounded_sum(absl::Span<const Index> coefficients, absl::Span<const Index> bounds,
                         absl::int128 lo, absl::int128 hi, Index max_work, absl::Span<Index> x);

}  // namespace cow

#endif  // COW_CORE_BOUNDED_SUM_H_
