#ifndef COW_TESTS_ORACLE_BOUNDED_SUM_FACTS_H_
#define COW_TESTS_ORACLE_BOUNDED_SUM_FACTS_H_

#include <string>

#include "absl/numeric/int128.h"
#include "absl/types/span.h"
#include "cow/core/dims.h"
#include "cow/tests/oracle/replay.h"

namespace cow::testing {

/// "" if `0 <= x[i] <= bounds[i]` and `lo <= sum of coefficients[i] * x[i] <= hi`, else what is
/// wrong.
std::string solution_problem(absl::Span<const Index> coefficients, absl::Span<const Index> bounds,
                             absl::int128 lo, absl::int128 hi, absl::Span<const Index> x);

/// Replays bounded Diophantine equations: is there a solution, and which.
void replay_bounded_sum_facts(const std::string& path, Tally* tally);

}  // namespace cow::testing

#endif  // COW_TESTS_ORACLE_BOUNDED_SUM_FACTS_H_
