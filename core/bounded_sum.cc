// The problem
// -----------
// Given c_i, n_i and a range [lo, hi]: are there integers 0 <= x_i <= n_i with
// lo <= sum c_i x_i <= hi? Whether two strided arrays share a byte is this question (overlap.cc).
// It contains subset sum, so it is NP-complete, and any method has inputs on which it is slow. But
// the question has several sizes: the number of terms, the coefficients, the bounds, and the sum.
// If one of them is small there is a method that is fast. What is done here:
//
// 1. Reduction (bounded_sum_reduce.cc), exact and polynomial.
//    - Signs: x -> n - x makes all c positive. The range is seen from its nearer end of the box.
//    - Gapless multiples: the slack hi - lo, from the item sizes, is a term with coefficient 1. A
//      term whose coefficient does not exceed what smaller ones fill without gaps, and is a
//      multiple of theirs, is merged with them. Rows of contiguous arrays vanish in this way, equal
//      strides become one term, and divisible strides one after the other.
//    - Common divisors: all coefficients and the range are divided; the range may become empty.
//      Without slack, x_i is known modulo the common divisor of all other coefficients.
//    - Bounds: x_i <= hi / c_i, and x_i is at least what the others cannot make up for.
//    What slices, transposes and reshapes of one array give is decided here, mostly by the first
//    linear pass (settle_nested): if every coefficient exceeds all smaller terms together, division
//    with remainder from the largest down leaves no choice. Tens of nanoseconds, no allocation.
//
// 2. A short depth-first search (depth_first_search.cc). It differs from NumPy's (Ramachandran
//    2006, "Use of extended Euclidean algorithm in solving a system of linear Diophantine equations
//    with bounded variables") in its last step: two terms with slack are solved in O(log c) by
//    Euclid's algorithm for "first multiple of a modulo m in an interval", so two levels of the
//    tree are never searched. Decides most of what is left, in about a microsecond. Then another
//    (bit_set_search.cc) that ends in a bit set of the sums of the last terms: where there are many
//    solutions, as for most arrays, it finds one in some ten microseconds.
//
// 3. The cheapest by estimate of four predictable searches:
//    - Residue classes (residue_search.cc), O(terms * c) for the least c whose bound does not
//      matter: shortest paths modulo c, as for the Frobenius problem (Nijenhuis 1979; Boecker and
//      Liptak 2007), extended to bounds by sliding minima. For few terms with many values.
//    - Meet in the middle (middle_search.cc; Horowitz and Sahni 1974), O(sqrt of the number of
//      points in the box). For few values: 20 axes of length 2 take 2 * 2^10 steps, not 2^20.
//    - Bit set (bit_set_search.cc; Bellman 1957), O(hi / 64 * sum log n). For small sums.
//    - Depth-first search to the end, O(product of what the bounds leave).
//
// 4. Before an expensive one of these, or if all are beyond the limit: lattice reduction
//    (lattice_search.cc; Lenstra, Lenstra, Lovasz 1982; Aardal, Hurkens, Lenstra 2000). Its time
//    depends on the number of terms and little on the size of the numbers. It finds most solutions
//    that exist in some ten microseconds, and for few terms with huge numbers, or many terms with
//    few solutions, it is the only one that can answer at all. As its time cannot be predicted, it
//    gets an eighth of the time of the alternative.
//
// What stays hard: many terms (above about 40) with so large coefficients that tables are out of
// the question and so many near-solutions that the lattice does not help; then kTooHard.
//
// Arithmetic
// ----------
// Sums are first added up with overflow checked. Below 2^61 everything is done in 64 bits, below
// 2^125 in 128 bits, with no further checks: no intermediate result exceeds four times the largest
// sum, except products in inverse_modulo, first_multiple and the lattice, which are formed in 128
// bits from factors below 2^63, or checked. Floating point occurs in estimates and in the lattice
// search, where its errors are bounded.

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
constexpr Index kMaxNarrowSum = Index(1) << 61;
constexpr int128 kMaxSum = int128(1) << 125;

// Decides most problems of everyday arrays that are not nested, in a few microseconds.
constexpr double kFirstTry = 2'000;
// Finds most solutions of what has many of them.
constexpr double kSecondTry = 100'000;
// Up to this cost, the cheapest of the predictable searches is taken without trying the lattice.
constexpr double kCheap = 100'000;

constexpr double kLatticeShare = 0.125;

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

// The lattice search works with 64-bit numbers only.
template <class Int>
Verdict try_lattice(const BoundedSum<Int>& sum, WorkBudget* budget, Numbers<Int>* x) {
  if constexpr (sizeof(Int) > 8)
    return Verdict::kTooHard;
  else
    return search_lattice(sum, budget, x);
}

/// `method` with at most `share` of what is left of the budget.
template <class Method, class Int>
Verdict try_for(double share, Method method, const BoundedSum<Int>& sum, WorkBudget* budget,
                Numbers<Int>* x) {
  WorkBudget part(std::min(share, budget->left()));
  const double before = part.left();
  const Verdict verdict = method(sum, &part, x);
  budget->spend(before - part.left());
  return verdict;
}

template <class Int>
Verdict search(const BoundedSum<Int>& sum, double max_work, Numbers<Int>* x) {
  WorkBudget budget(max_work);
  Verdict verdict = try_for(kFirstTry, internal::search_depth_first<Int>, sum, &budget, x);
  if (verdict != Verdict::kTooHard) return verdict;
  verdict = try_for(kSecondTry, internal::search_to_bitset<Int>, sum, &budget, x);
  if (verdict != Verdict::kTooHard) return verdict;

  double costs[4] = {cost_of_residues(sum), cost_of_middle(sum), cost_of_bitset(sum),
                     cost_of_depth_first(sum)};
  const double cost = *std::min_element(costs, costs + 4);
  if (cost > kCheap || cost > budget.left()) {
    // If there is another search that will do, a small part of what that takes.
    const double share = cost > budget.left() ? budget.left() : cost * kLatticeShare;
    verdict = try_for(share, try_lattice<Int>, sum, &budget, x);
    if (verdict != Verdict::kTooHard) return verdict;
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

// Plain pointers: the loops below are most of the time that an easy problem takes.
struct Terms {
  const Index* coefficients;
  const Index* bounds;
  std::size_t size;
};

// Solves |coefficients| * x in [lo, hi], where x counts down for negative coefficients, or for
// positive ones if `complement`.
template <class Int>
Verdict solve(const Terms& terms, Int lo, Int hi, bool complement, Index max_work, Index* x) {
  auto coefficient = [&](std::size_t i) {
    const Int c = terms.coefficients[i];
    return c < 0 ? -c : c;
  };
  absl::FixedArray<std::size_t, 64> order_storage(terms.size);
  std::size_t* const order = order_storage.data();
  std::size_t count = 0;
  for (std::size_t i = 0; i < terms.size; ++i) {
    if (terms.coefficients[i] == 0 || terms.bounds[i] == 0) continue;
    std::size_t slot = count++;
    for (; slot > 0 && coefficient(i) < coefficient(order[slot - 1]); --slot) {
      order[slot] = order[slot - 1];
    }
    order[slot] = i;
  }
  Reducer<Int> reducer(terms.size, lo, hi);
  for (std::size_t k = 0; k < count; ++k) {
    reducer.add(static_cast<int>(order[k]), coefficient(order[k]), terms.bounds[order[k]]);
  }
  Progress progress = reducer.settle_nested();
  if (progress == Progress::kOpen) progress = reducer.reduce();
  if (progress == Progress::kNo) return Verdict::kNo;
  if (progress == Progress::kOpen) {
    Verdict verdict = fits_narrow(reducer) ? search_what_is_left<std::int64_t>(&reducer, max_work)
                                           : search_what_is_left<int128>(&reducer, max_work);
    if (verdict != Verdict::kYes) return verdict;
  }
  const Int* const solution = reducer.solution().data();
  for (std::size_t i = 0; i < terms.size; ++i) {
    const Index value = static_cast<Index>(solution[i]);
    const bool flipped = (terms.coefficients[i] < 0) != complement;
    x[i] = flipped ? terms.bounds[i] - value : value;
  }
  return Verdict::kYes;
}

// The sums of all |coefficients[i]| * bounds[i], and of those with negative coefficients.
template <class Int>
struct Reach {
  Int negative = 0;
  Int total = 0;
};

// Makes all coefficients positive and looks from the end of the box to which the range is closer:
// small sums bound more.
template <class Int>
Verdict solve_between(const Terms& terms, Int lo, Int hi, const Reach<Int>& reach, Index max_work,
                      Index* x) {
  lo = std::max<Int>(lo + reach.negative, 0);
  hi = std::min<Int>(hi + reach.negative, reach.total);
  if (lo > hi) return Verdict::kNo;
  if (reach.total - lo < hi) {
    return solve<Int>(terms, reach.total - hi, reach.total - lo, true, max_work, x);
  }
  return solve<Int>(terms, lo, hi, false, max_work, x);
}

// False if it is too large.
bool add_up(const Terms& terms, Reach<int128>* reach) {
  for (std::size_t i = 0; i < terms.size; ++i) {
    int128 product = int128(terms.coefficients[i]) * terms.bounds[i];
    if (product < 0) {
      product = -product;
      reach->negative += product;
    }
    reach->total += product;
    if (reach->total >= kMaxSum) return false;
  }
  return true;
}

// The same in 64 bits, which is nearly always enough and faster.
bool add_up(const Terms& terms, Reach<Index>* reach) {
  Index negative = 0, total = 0;
  for (std::size_t i = 0; i < terms.size; ++i) {
    Index product;
    if (__builtin_mul_overflow(terms.coefficients[i], terms.bounds[i], &product) ||
        product <= -kMaxNarrowSum || product >= kMaxNarrowSum) {
      return false;
    }
    negative -= std::min<Index>(product, 0);
    total += product < 0 ? -product : product;
    if (total >= kMaxNarrowSum) return false;
  }
  *reach = {negative, total};
  return true;
}

}  // namespace

Verdict find_bounded_sum(absl::Span<const Index> coefficients, absl::Span<const Index> bounds,
                         int128 lo, int128 hi, Index max_work, absl::Span<Index> x) {
  const Terms terms{coefficients.data(), bounds.data(), coefficients.size()};
  bool none = lo > hi;
  for (std::size_t i = 0; i < terms.size; ++i) none |= terms.bounds[i] < 0;
  if (none) return Verdict::kNo;
  Reach<Index> narrow;
  if (add_up(terms, &narrow)) {
    // No sum lies outside, so the range may be cut.
    const int128 end = kMaxNarrowSum;
    return solve_between<Index>(terms, static_cast<Index>(std::clamp<int128>(lo, -end, end)),
                                static_cast<Index>(std::clamp<int128>(hi, -end, end)), narrow,
                                max_work, x.data());
  }
  Reach<int128> wide;
  if (!add_up(terms, &wide)) return Verdict::kOverflow;
  return solve_between<int128>(terms, std::clamp<int128>(lo, -kMaxSum, kMaxSum),
                               std::clamp<int128>(hi, -kMaxSum, kMaxSum), wide, max_work, x.data());
}

}  // namespace cow
