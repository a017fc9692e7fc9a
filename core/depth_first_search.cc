// Depth-first search to the last two terms, which are not searched but solved: see
// search_two_terms.

#include <algorithm>
#include <limits>

#include "cow/core/bounded_sum_search.h"
#include "cow/core/depth_first.h"

namespace cow::internal {
namespace {

template <class Int>
constexpr double kTwoTermCost = sizeof(Int) > 8 ? 600 : 100;

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
  if (sum.size() == 1) {
    x->assign(1, Int(0));
    (*x)[0] = sum.hi / sum.coefficients[0];
    return (*x)[0] * sum.coefficients[0] >= sum.lo ? Verdict::kYes : Verdict::kNo;
  }
  const std::size_t end = sum.size() - 2;
  return DepthFirst<Int>(sum, end, budget, x).search([&](Int lo, Int hi) {
    if (!budget->spend(kTwoTermCost<Int>)) return Verdict::kTooHard;
    return search_two_terms(sum, end, lo, hi, x->data() + end);
  });
}

template <class Int>
double cost_of_depth_first(const BoundedSum<Int>& sum) {
  const double slack = static_cast<double>(sum.hi - sum.lo);
  double rest = 0, cost = kTwoTermCost<Int>;
  for (std::size_t i = sum.size(); i-- > 0;) {
    const double c = static_cast<double>(sum.coefficients[i]);
    const double n = static_cast<double>(sum.bounds[i]);
    if (i + 2 < sum.size()) {
      cost = (cost + DepthFirst<Int>::kVisitCost) * std::min(n + 1, (rest + slack) / c + 1);
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
