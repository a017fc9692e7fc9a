#include "cow/core/bounded_sum.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/container/fixed_array.h"
#include "cow/core/bounded_sum_reduce.h"
#include "cow/core/bounded_sum_search.h"
#include "cow/core/lattice_search.h"

namespace cow {
namespace {

using absl::int128;
using internal::BoundedSum;
using internal::Numbers;
using internal::Progress;
using internal::Reducer;
using internal::WorkBudget;

// Sums stay below these, and no intermediate result exceeds four times as much.
constexpr int128 kMaxNarrowSum = int128(1) << 61;
constexpr int128 kMaxSum = int128(1) << 125;

// Decides most problems of everyday arrays that are not nested, in a few microseconds.
constexpr double kFirstTry = 20'000;
// Up to this cost, the cheapest of the predictable searches is taken without trying the lattice.
constexpr double kCheap = 100'000;

template <class Int>
Verdict run_cheapest(const BoundedSum<Int>& sum, WorkBudget* budget, double costs[4],
                     Numbers<Int>* x) {
  const std::size_t best = std::min_element(costs, costs + 4) - costs;
  if (costs[best] > budget->left()) return Verdict::kTooHard;
  switch (best) {
    case 0:
      return search_residues(sum, budget, x);
    case 1:
      return search_middle(sum, budget, x);
    case 2:
      return search_bitset(sum, budget, x);
    default:
      return search_depth_first(sum, budget, x);
  }
}

Verdict try_lattice(const BoundedSum<std::int64_t>& sum, WorkBudget* budget,
                    Numbers<std::int64_t>* x) {
  return search_lattice(sum, budget, x);
}

// The lattice search works with 64-bit numbers only.
Verdict try_lattice(const BoundedSum<int128>&, WorkBudget*, Numbers<int128>*) {
  return Verdict::kTooHard;
}

template <class Int>
Verdict search(const BoundedSum<Int>& sum, double max_work, Numbers<Int>* x) {
  WorkBudget budget(max_work);
  WorkBudget first_try(std::min(max_work, kFirstTry));
  Verdict verdict = search_depth_first(sum, &first_try, x);
  if (verdict != Verdict::kTooHard || !budget.spend(std::min(max_work, kFirstTry))) return verdict;

  double costs[4] = {cost_of_residues(sum), cost_of_middle(sum), cost_of_bitset(sum),
                     cost_of_depth_first(sum)};
  const double cost = *std::min_element(costs, costs + 4);
  if (cost > kCheap || cost > budget.left()) {
    // No more than half of what a search that will do takes, if there is one.
    WorkBudget share(cost > budget.left() ? budget.left() : cost / 2);
    const double before = share.left();
    verdict = try_lattice(sum, &share, x);
    if (verdict != Verdict::kTooHard || !budget.spend(before - share.left())) return verdict;
  }
  verdict = run_cheapest(sum, &budget, costs, x);
  return verdict == Verdict::kTooHard ? search_depth_first(sum, &budget, x) : verdict;
}

template <class To, class Int>
BoundedSum<To> left_of(const Reducer<Int>& reducer) {
  BoundedSum<To> sum;
  for (std::size_t i = reducer.terms().size(); i-- > 0;) {
    sum.coefficients.push_back(static_cast<To>(reducer.terms()[i].coefficient));
    sum.bounds.push_back(static_cast<To>(reducer.terms()[i].bound));
  }
  sum.lo = static_cast<To>(reducer.lo());
  sum.hi = static_cast<To>(reducer.hi());
  return sum;
}

template <class To, class Int>
Verdict search_what_is_left(Reducer<Int>* reducer, Index max_work) {
  Numbers<To> x;
  const BoundedSum<To> sum = left_of<To>(*reducer);
  Verdict verdict = search(sum, static_cast<double>(max_work), &x);
  if (verdict == Verdict::kYes) {
    for (std::size_t i = 0; i < x.size(); ++i) reducer->set_value(x.size() - 1 - i, Int(x[i]));
  }
  return verdict;
}

template <class Int>
bool fits_narrow(const Reducer<Int>& reducer) {
  Int total = 0;
  for (const auto& term : reducer.terms()) total += term.coefficient * term.bound;
  return total < kMaxNarrowSum;
}

// The problem after all signs are positive and trivial cases are gone.
struct Positive {
  absl::Span<const Index> coefficients;
  absl::Span<const Index> bounds;
  int128 lo;
  int128 hi;
  bool complement;  // x -> bound - x for all variables
};

template <class Int>
Verdict solve(const Positive& problem, Index max_work, absl::Span<Index> x) {
  const std::size_t size = problem.coefficients.size();
  auto coefficient = [&](int i) {
    const Int c = problem.coefficients[i];
    return c < 0 ? -c : c;
  };
  absl::FixedArray<int, 64> order(size);
  std::size_t count = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (problem.coefficients[i] == 0 || problem.bounds[i] == 0) continue;
    std::size_t slot = count++;
    for (; slot > 0 && coefficient(i) < coefficient(order[slot - 1]); --slot) {
      order[slot] = order[slot - 1];
    }
    order[slot] = static_cast<int>(i);
  }
  Reducer<Int> reducer(size, static_cast<Int>(problem.lo), static_cast<Int>(problem.hi));
  for (std::size_t k = 0; k < count; ++k) {
    reducer.add(order[k], coefficient(order[k]), problem.bounds[order[k]]);
  }
  Progress progress = reducer.settle_nested();
  if (progress == Progress::kOpen) progress = reducer.reduce();
  if (progress == Progress::kNo) return Verdict::kNo;
  if (progress == Progress::kOpen) {
    Verdict verdict = fits_narrow(reducer) ? search_what_is_left<std::int64_t>(&reducer, max_work)
                                           : search_what_is_left<int128>(&reducer, max_work);
    if (verdict != Verdict::kYes) return verdict;
  }
  const Numbers<Int>& solution = reducer.solution();
  for (std::size_t i = 0; i < size; ++i) {
    const Index value = static_cast<Index>(solution[i]);
    const bool flipped = (problem.coefficients[i] < 0) != problem.complement;
    x[i] = flipped ? problem.bounds[i] - value : value;
  }
  return Verdict::kYes;
}

// The sum of all |coefficients[i]| * bounds[i], and of the negative ones. False if too large.
bool add_up(absl::Span<const Index> coefficients, absl::Span<const Index> bounds, int128* negative,
            int128* total) {
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    int128 product = int128(coefficients[i]) * bounds[i];
    if (product < 0) {
      product = -product;
      *negative += product;
    }
    *total += product;
    if (*total >= kMaxSum) return false;
  }
  return true;
}

// The same in 64 bits, which is nearly always enough and faster.
bool add_up_narrow(absl::Span<const Index> coefficients, absl::Span<const Index> bounds,
                   Index* negative, Index* total) {
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    Index product;
    if (__builtin_mul_overflow(coefficients[i], bounds[i], &product) ||
        product <= -(Index(1) << 61) || product >= Index(1) << 61) {
      return false;
    }
    *negative -= std::min<Index>(product, 0);
    *total += product < 0 ? -product : product;
    if (*total >= Index(1) << 61) return false;
  }
  return true;
}

}  // namespace

Verdict find_bounded_sum(absl::Span<const Index> coefficients, absl::Span<const Index> bounds,
                         int128 lo, int128 hi, Index max_work, absl::Span<Index> x) {
  if (lo > hi || std::any_of(bounds.begin(), bounds.end(), [](Index n) { return n < 0; })) {
    return Verdict::kNo;
  }
  int128 negative = 0, total = 0;
  Index narrow_negative = 0, narrow_total = 0;
  if (add_up_narrow(coefficients, bounds, &narrow_negative, &narrow_total)) {
    negative = narrow_negative;
    total = narrow_total;
  } else if (!add_up(coefficients, bounds, &negative, &total)) {
    return Verdict::kOverflow;
  }
  if (lo <= -kMaxSum || lo >= kMaxSum || hi <= -kMaxSum || hi >= kMaxSum) return Verdict::kOverflow;
  lo = std::max<int128>(lo + negative, 0);
  hi = std::min<int128>(hi + negative, total);
  if (lo > hi) return Verdict::kNo;
  // The smaller of both ends, as seen from the other end of the box: small sums bound more.
  const bool complement = total - lo < hi;
  Positive problem{coefficients, bounds, lo, hi, complement};
  if (complement) {
    problem.lo = total - hi;
    problem.hi = total - lo;
  }
  return total < kMaxNarrowSum ? solve<std::int64_t>(problem, max_work, x)
                               : solve<int128>(problem, max_work, x);
}

}  // namespace cow
