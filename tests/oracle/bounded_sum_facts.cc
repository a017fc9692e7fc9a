#include "cow/tests/oracle/bounded_sum_facts.h"

#include <vector>

#include "cow/core/bounded_sum.h"
#include "cow/tests/oracle/number_reader.h"

namespace cow::testing {
namespace {

// `n a_1..a_n ub_1..ub_n b | feasible`
Outcome check_fact(const std::string& line) {
  NumberReader in(line);
  const Index count = in.number();
  const std::vector<Index> coefficients = in.numbers(count);
  const std::vector<Index> bounds = in.numbers(count);
  const Index sum = in.number();
  in.bar();
  const bool is_feasible = in.bit();
  in.end();

  std::vector<Index> x(bounds.size());
  const Verdict verdict =
      find_bounded_sum(coefficients, bounds, sum, sum, kDefaultMaxWork, absl::MakeSpan(x));
  if (verdict != (is_feasible ? Verdict::kYes : Verdict::kNo)) {
    return {{is_feasible ? "no solution is found" : "not found to have no solution"}};
  }
  if (!is_feasible) return {};
  const std::string problem = solution_problem(coefficients, bounds, sum, sum, x);
  return problem.empty() ? Outcome{} : Outcome{{problem}};
}

}  // namespace

std::string solution_problem(absl::Span<const Index> coefficients, absl::Span<const Index> bounds,
                             absl::int128 lo, absl::int128 hi, absl::Span<const Index> x) {
  absl::int128 sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] < 0 || x[i] > bounds[i]) return "a solution out of bounds";
    sum += absl::int128(coefficients[i]) * x[i];
  }
  return lo <= sum && sum <= hi ? "" : "a solution with another sum";
}

void replay_bounded_sum_facts(const std::string& path, Tally* tally) {
  check_lines(path, tally, check_fact);
}

}  // namespace cow::testing
