// Depth-first search over the multiples of the largest coefficient, then of the next, and so on.
// A branch is cut when what is left cannot be reached by the smaller coefficients, by size or by
// their common divisor. The last two terms are not searched but solved: see search_two_terms.

#include <algorithm>
#include <limits>

#include "cow/core/bounded_sum_search.h"

namespace cow::internal {
namespace {

// What the two-term step and one visited multiple cost. 128-bit division is slow.
template <class Int>
constexpr double kTwoTermCost = sizeof(Int) > 8 ? 600 : 100;
template <class Int>
constexpr double kVisitCost = sizeof(Int) > 8 ? 48 : 8;

// The smallest k >= 1 with l <= a * k mod m <= r, or -1, for 0 <= a < m and 0 < l <= r < m.
// Euclid's algorithm on (m, a), O(log m) steps: either a multiple of a lies in [l, r], or the k
// asked for is the one that needs fewest wraps by m, which is the same question modulo a.
template <class Wide>
Wide first_multiple_in_range(Wide a, Wide m, Wide l, Wide r) {
  if (2 * a > m) {
    a = m - a;
    Wide old_l = l;
    l = m - r;
    r = m - old_l;
  }
  if (a == 0) return -1;
  Wide k = divide_up(l, a);
  if (a * k <= r) return k;
  Wide wrap = m % a;
  Wide wraps = first_multiple_in_range<Wide>(wrap == 0 ? Wide(0) : a - wrap, a, l % a, r % a);
  return wraps < 0 ? wraps : divide_up<Wide>(m * wraps + l, a);
}

template <class Int>
Int first_multiple(Int a, Int m, Int l, Int r) {
  // Products reach m^2. Coefficients are below 2^63 whatever Int is.
  if (m < (Int(1) << 31))
    return first_multiple_in_range<std::int64_t>(
        static_cast<std::int64_t>(a), static_cast<std::int64_t>(m), static_cast<std::int64_t>(l),
        static_cast<std::int64_t>(r));
  return static_cast<Int>(first_multiple_in_range<absl::int128>(a, m, l, r));
}

template <class Int>
class DepthFirst {
 public:
  DepthFirst(const BoundedSum<Int>& sum, WorkBudget* budget, Numbers<Int>* x)
      : sum_(sum),
        budget_(budget),
        x_(x),
        rest_(sum.size() + 1, Int(0)),
        divisor_(sum.size() + 1, Int(0)) {
    for (std::size_t i = sum.size(); i-- > 0;) {
      rest_[i] = rest_[i + 1] + sum.coefficients[i] * sum.bounds[i];
      divisor_[i] = greatest_common_divisor<Int>(divisor_[i + 1], sum.coefficients[i]);
    }
  }

  // Terms from `depth` on, whose sum must lie in [lo, hi].
  Verdict visit(std::size_t depth, Int lo, Int hi) {
    if (depth + 2 == sum_.size()) {
      if (!budget_->spend(kTwoTermCost<Int>)) return Verdict::kTooHard;
      return search_two_terms(sum_, depth, lo, hi, x_->data() + depth);
    }
    const Int coefficient = sum_.coefficients[depth];
    const Int rest = rest_[depth + 1], divisor = divisor_[depth + 1];
    const Int least = lo > rest ? divide_up<Int>(lo - rest, coefficient) : Int(0);
    for (Int x = std::min<Int>(sum_.bounds[depth], hi / coefficient); x >= least; --x) {
      if (!budget_->spend(kVisitCost<Int>)) return Verdict::kTooHard;
      Int left = hi - x * coefficient;
      if (left % divisor > hi - lo) continue;
      (*x_)[depth] = x;
      Verdict verdict = visit(depth + 1, lo - x * coefficient, left);
      if (verdict != Verdict::kNo) return verdict;
    }
    return Verdict::kNo;
  }

 private:
  const BoundedSum<Int>& sum_;
  WorkBudget* budget_;
  Numbers<Int>* x_;
  Numbers<Int> rest_;     // largest sum of the terms from i on
  Numbers<Int> divisor_;  // their greatest common divisor
};

}  // namespace

// lo <= a x + b y <= hi. If y is neither 0 nor at its bound, only x is bounded, and a suitable y
// exists if and only if (a x - lo) mod b <= hi - lo.
template <class Int>
Verdict search_two_terms(const BoundedSum<Int>& sum, std::size_t first, Int lo, Int hi, Int* x) {
  const Int a = sum.coefficients[first], b = sum.coefficients[first + 1];
  const Int max_x = sum.bounds[first], max_y = sum.bounds[first + 1];
  if (hi < 0) return Verdict::kNo;
  const Int last = std::min<Int>(max_x, hi / a);
  if (a * last >= lo) {
    x[0] = last;
    x[1] = 0;
    return Verdict::kYes;
  }
  const Int top = b * max_y;
  if (hi >= top) {
    x[0] = std::min<Int>(max_x, (hi - top) / a);
    x[1] = max_y;
    if (a * x[0] + top >= lo) return Verdict::kYes;
  }
  const Int start = lo > top ? divide_up<Int>(lo - top, a) : Int(0);
  if (start > last) return Verdict::kNo;
  // Here a x < lo and a x + top > hi for all x in [start, last].
  Int below = lo - a * start;  // > 0
  Int l = below % b, r = l + (hi - lo);
  Int steps = 0;
  if (l != 0 && r < b) {
    steps = first_multiple<Int>(a % b, b, l, r);
    if (steps < 0 || steps > last - start) return Verdict::kNo;
  }
  x[0] = start + steps;
  x[1] = divide_up<Int>(lo - a * x[0], b);
  return Verdict::kYes;
}

template <class Int>
Verdict search_depth_first(const BoundedSum<Int>& sum, WorkBudget* budget, Numbers<Int>* x) {
  x->assign(sum.size(), Int(0));
  if (sum.size() == 1) {
    (*x)[0] = sum.hi / sum.coefficients[0];
    return (*x)[0] * sum.coefficients[0] >= sum.lo ? Verdict::kYes : Verdict::kNo;
  }
  return DepthFirst<Int>(sum, budget, x).visit(0, sum.lo, sum.hi);
}

template <class Int>
double cost_of_depth_first(const BoundedSum<Int>& sum) {
  const double slack = static_cast<double>(sum.hi - sum.lo);
  double rest = 0, cost = kTwoTermCost<Int>;
  for (std::size_t i = sum.size(); i-- > 0;) {
    const double c = static_cast<double>(sum.coefficients[i]);
    const double n = static_cast<double>(sum.bounds[i]);
    if (i + 2 < sum.size()) {
      cost = (cost + kVisitCost<Int>)*std::min(n + 1, (rest + slack) / c + 1);
    }
    rest += c * n;
  }
  return cost;
}

template Verdict search_two_terms(const BoundedSum<std::int64_t>&, std::size_t, std::int64_t,
                                  std::int64_t, std::int64_t*);
template Verdict search_two_terms(const BoundedSum<absl::int128>&, std::size_t, absl::int128,
                                  absl::int128, absl::int128*);
template Verdict search_depth_first(const BoundedSum<std::int64_t>&, WorkBudget*,
                                    Numbers<std::int64_t>*);
template Verdict search_depth_first(const BoundedSum<absl::int128>&, WorkBudget*,
                                    Numbers<absl::int128>*);
template double cost_of_depth_first(const BoundedSum<std::int64_t>&);
template double cost_of_depth_first(const BoundedSum<absl::int128>&);

}  // namespace cow::internal
