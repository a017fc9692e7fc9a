#include "cow/core/lattice_search.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "cow/tests/search_testing.h"

namespace cow::internal {
namespace {

class LatticeSearchTest : public SearchTest {};

TEST_F(LatticeSearchTest, AgreesWithEnumeration) {
  check<std::int64_t>(
      3000, [](const BoundedSum<std::int64_t>&) { return 1; }, search_lattice);
}

TEST_F(LatticeSearchTest, AgreesWithMiddleOnSubsetSums) {
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
