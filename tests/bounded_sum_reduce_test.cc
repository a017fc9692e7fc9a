#include "cow/core/bounded_sum_reduce.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "absl/numeric/int128.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"
#include "gtest/gtest.h"

namespace cow::internal {
namespace {

struct Problem {
  std::vector<Index> coefficients;  // ascending
  std::vector<Index> bounds;
  Index lo = 0;
  Index hi = 0;
};

/// Values for all variables that solve the problem, by enumeration; empty if there are none.
std::vector<Index> solve(const Problem& problem) {
  std::vector<Index> x(problem.bounds.size(), 0);
  for (;;) {
    Index sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += problem.coefficients[i] * x[i];
    if (sum >= problem.lo && sum <= problem.hi) return x;
    std::size_t i = 0;
    while (i < x.size() && x[i] == problem.bounds[i]) x[i++] = 0;
    if (i == x.size()) return {};
    ++x[i];
  }
}

Problem random_problem(Random& random) {
  Problem problem;
  const Index size = random_number(random, 1, 4), factor = random_number(random, 1, 3);
  for (Index i = 0; i < size; ++i) {
    problem.coefficients.push_back(factor * random_number(random, 1, 12));
    problem.bounds.push_back(random_number(random, 0, 5));
  }
  std::sort(problem.coefficients.begin(), problem.coefficients.end());
  problem.lo = random_number(random, 1, 60);
  problem.hi = problem.lo + random_number(random, 0, 4);
  return problem;
}

template <class Int>
void check_random_problems() {
  const std::uint64_t seed = test_seed(20241124);
  Random random(seed);
  int settled = 0, left_open = 0;
  for (int round = 0; round < 20000; ++round) {
    const Problem problem = random_problem(random);
    Reducer<Int> reducer(problem.bounds.size(), problem.lo, problem.hi);
    for (std::size_t i = 0; i < problem.bounds.size(); ++i) {
      reducer.add(static_cast<int>(i), problem.coefficients[i], problem.bounds[i]);
    }
    Progress progress = round % 2 == 0 ? reducer.settle_nested() : Progress::kOpen;
    if (progress == Progress::kOpen) progress = reducer.reduce();
    if (progress == Progress::kOpen) {
      ++left_open;
      Problem left{{}, {}, static_cast<Index>(reducer.lo()), static_cast<Index>(reducer.hi())};
      Int before = reducer.hi() - reducer.lo() + 1;
      for (const auto& term : reducer.terms()) {
        ASSERT_GE(term.coefficient, before);
        before = term.coefficient;
        ASSERT_GT(term.coefficient, reducer.hi() - reducer.lo() + 1);
        left.coefficients.push_back(static_cast<Index>(term.coefficient));
        left.bounds.push_back(static_cast<Index>(term.bound));
      }
      const std::vector<Index> values = solve(left);
      for (std::size_t i = 0; i < values.size(); ++i) reducer.set_value(i, values[i]);
      progress = values.empty() ? Progress::kNo : Progress::kYes;
    } else {
      ++settled;
    }
    ASSERT_EQ(progress == Progress::kYes, !solve(problem).empty()) << "round " << round;
    if (progress != Progress::kYes) continue;
    const Numbers<Int>& x = reducer.solution();
    ASSERT_EQ(x.size(), problem.bounds.size());
    Int sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_TRUE(x[i] >= 0 && x[i] <= problem.bounds[i]) << "round " << round;
      sum += x[i] * problem.coefficients[i];
    }
    ASSERT_TRUE(sum >= problem.lo && sum <= problem.hi) << "round " << round;
  }
  // Else half of what was checked was not there.
  EXPECT_GT(settled, 1000);
  EXPECT_GT(left_open, 100);
}

TEST(BoundedSumReduce, KeepsTheAnswerAndTranslatesSolutions) {
  check_random_problems<std::int64_t>();
}

TEST(BoundedSumReduce, KeepsTheAnswerIn128Bits) { check_random_problems<absl::int128>(); }

TEST(BoundedSumReduce, DividesAndRoundsUp) {
  for (Index a = 0; a < 40; ++a) {
    for (Index b = 1; b < 40; ++b) {
      EXPECT_EQ(greatest_common_divisor(a, b), std::gcd(a, b));
      const Index quotient = divide_up(a, b);
      EXPECT_TRUE(quotient * b >= a && quotient * b < a + b);
    }
  }
}

}  // namespace
}  // namespace cow::internal
