#include "cow/core/bounded_sum_search.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

#include "absl/numeric/int128.h"
#include "cow/core/lattice_search.h"
#include "gtest/gtest.h"

namespace cow::internal {
namespace {

constexpr double kPlenty = 1e9;

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

TEST_F(SearchTest, DepthFirst) {
  check<std::int64_t>(3000, cost_of_depth_first<std::int64_t>, search_depth_first<std::int64_t>);
  check<absl::int128>(300, cost_of_depth_first<absl::int128>, search_depth_first<absl::int128>);
}

TEST_F(SearchTest, Residues) {
  check<std::int64_t>(3000, cost_of_residues<std::int64_t>, search_residues<std::int64_t>);
  check<absl::int128>(300, cost_of_residues<absl::int128>, search_residues<absl::int128>);
}

TEST_F(SearchTest, Middle) {
  check<std::int64_t>(3000, cost_of_middle<std::int64_t>, search_middle<std::int64_t>);
  check<absl::int128>(300, cost_of_middle<absl::int128>, search_middle<absl::int128>);
}

TEST_F(SearchTest, BitSet) {
  check<std::int64_t>(3000, cost_of_bitset<std::int64_t>, search_bitset<std::int64_t>);
  check<absl::int128>(300, cost_of_bitset<absl::int128>, search_bitset<absl::int128>);
}

TEST_F(SearchTest, ToBitSet) {
  check<std::int64_t>(3000, cost_of_finding<std::int64_t>, search_to_bitset<std::int64_t>);
  check<absl::int128>(300, cost_of_finding<absl::int128>, search_to_bitset<absl::int128>);
}

TEST_F(SearchTest, Lattice) {
  check<std::int64_t>(
      3000, [](const BoundedSum<std::int64_t>&) { return 1; }, search_lattice);
}

TEST_F(SearchTest, LatticeAgreesWithMiddleOnSubsetSums) {
  SCOPED_TRACE("COW_TEST_SEED=" + std::to_string(seed_));
  for (int round = 0; round < 40 && !HasFailure(); ++round) {
    const Index size = number(8, 22);
    BoundedSum<std::int64_t> sum;
    std::int64_t total = 0, chosen = 0;
    const Index reach = Index(1) << number(20, 50);
    for (Index i = 0; i < size; ++i) sum.coefficients.push_back(number(100, reach));
    std::sort(sum.coefficients.rbegin(), sum.coefficients.rend());
    sum.coefficients.back() = 97;
    for (std::int64_t c : sum.coefficients) {
      sum.bounds.push_back(1);
      total += c;
      chosen += c * number(0, 1);
    }
    // Half of them possible, half most likely not.
    sum.lo = sum.hi = std::clamp<std::int64_t>(chosen + number(0, 1), 1, total - 1);
    WorkBudget budget(kPlenty), other(kPlenty);
    Numbers<std::int64_t> x, y;
    const Verdict verdict = search_lattice(sum, &budget, &x);
    EXPECT_EQ(verdict, search_middle(sum, &other, &y)) << "round " << round;
    if (verdict == Verdict::kYes) expect_solution(sum, x);
  }
}

}  // namespace
}  // namespace cow::internal
