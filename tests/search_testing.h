#ifndef COW_TESTS_SEARCH_TESTING_H_
#define COW_TESTS_SEARCH_TESTING_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

#include "cow/core/bounded_sum_search.h"
#include "gtest/gtest.h"

/// What tests of searches share: random problems, and enumeration, which they are compared with.
namespace cow::internal {

inline constexpr double kPlenty = 1e9;

template <class Int>
bool is_possible(const BoundedSum<Int>& sum, std::size_t first, Int hi) {
  if (hi < 0) return false;
  if (first == sum.size()) return hi <= sum.hi - sum.lo;
  for (Int x = 0; x <= sum.bounds[first]; ++x) {
    if (is_possible<Int>(sum, first + 1, hi - x * sum.coefficients[first])) return true;
  }
  return false;
}

template <class Int>
void expect_solution(const BoundedSum<Int>& sum, const Numbers<Int>& x) {
  ASSERT_EQ(x.size(), sum.size());
  Int total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    EXPECT_TRUE(x[i] >= 0 && x[i] <= sum.bounds[i]);
    total += x[i] * sum.coefficients[i];
  }
  EXPECT_TRUE(total >= sum.lo && total <= sum.hi);
}

// Random problems as searches get them: strictly descending coprime coefficients above the slack.
class SearchTest : public ::testing::Test {
 protected:
  SearchTest() {
    const char* given = std::getenv("COW_TEST_SEED");
    seed_ = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
    random_.seed(seed_);
    RecordProperty("seed", std::to_string(seed_));
  }

  Index number(Index least, Index most) {
    return std::uniform_int_distribution<Index>(least, most)(random_);
  }

  template <class Int>
  BoundedSum<Int> problem() {
    for (;;) {
      BoundedSum<Int> sum;
      // Many values of few terms, or few of more.
      const bool wide = number(0, 1) != 0;
      const Index size = number(2, wide ? 3 : 5), most = number(1, wide ? 60 : 9);
      const Index reach = number(10, wide ? 60 : 400), factor = number(1, 4);
      for (Index i = 0; i < size; ++i) {
        // All but the first may have a common divisor.
        sum.coefficients.push_back(i == 0 ? number(2, reach)
                                          : factor * number(2, std::max<Index>(2, reach / factor)));
        sum.bounds.push_back(number(1, most));
      }
      std::sort(sum.coefficients.rbegin(), sum.coefficients.rend());
      auto& c = sum.coefficients;
      if (std::adjacent_find(c.begin(), c.end()) != c.end()) continue;
      Int total = 0, divisor = 0;
      for (Index i = 0; i < size; ++i) {
        total += c[i] * sum.bounds[i];
        divisor = greatest_common_divisor<Int>(divisor, c[i]);
      }
      if (divisor != 1) continue;
      const Index slack = number(0, 1) * number(0, static_cast<Index>(c.back()) - 2);
      sum.lo = number(1, static_cast<Index>(total) - 1);
      sum.hi = sum.lo + slack;
      if (sum.hi < total) return sum;
    }
  }

  // Runs `search` where `cost` allows it and compares with enumeration.
  template <class Int, class Cost, class Search>
  void check(int rounds, Cost cost, Search search) {
    SCOPED_TRACE("COW_TEST_SEED=" + std::to_string(seed_));
    int decided = 0;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
      const BoundedSum<Int> sum = problem<Int>();
      if (!std::isfinite(cost(sum))) continue;
      WorkBudget budget(kPlenty);
      Numbers<Int> x;
      const Verdict verdict = search(sum, &budget, &x);
      const bool possible = is_possible<Int>(sum, 0, sum.hi);
      EXPECT_EQ(verdict, possible ? Verdict::kYes : Verdict::kNo) << "round " << round;
      if (verdict == Verdict::kYes) expect_solution(sum, x);
      ++decided;
      WorkBudget none(0);
      const Verdict hasty = search(sum, &none, &x);
      EXPECT_TRUE(hasty == verdict || hasty == Verdict::kTooHard);
    }
    EXPECT_GT(decided, rounds / 20);
  }

  std::uint64_t seed_;
  std::mt19937_64 random_;
};

}  // namespace cow::internal

#endif  // COW_TESTS_SEARCH_TESTING_H_
