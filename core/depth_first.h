#ifndef COW_CORE_DEPTH_FIRST_H_
#define COW_CORE_DEPTH_FIRST_H_

#include <algorithm>
#include <cstddef>

#include "cow/core/bounded_sum_search.h"

namespace cow::internal {

/// Depth-first search over the multiples of the largest coefficient, then of the next, and so on,
/// down to term `end`. A branch is cut when what is left cannot be reached by the smaller
/// coefficients, by size or by their common divisor. What the terms from `end` on have to make up
/// is for another method to say.
template <class Int>
class DepthFirst {
 public:
  DepthFirst(const BoundedSum<Int>& sum, std::size_t end, WorkBudget* budget, Numbers<Int>* x)
      : sum_(sum),
        end_(end),
        budget_(budget),
        x_(x),
        rest_(sum.size() + 1, Int(0)),
        divisor_(sum.size() + 1, Int(0)) {
    x_->assign(sum.size(), Int(0));
    for (std::size_t i = sum.size(); i-- > 0;) {
      rest_[i] = rest_[i + 1] + sum.coefficients[i] * sum.bounds[i];
      divisor_[i] = greatest_common_divisor<Int>(divisor_[i + 1], sum.coefficients[i]);
    }
  }

  /// What one visited multiple costs. 128-bit division is slow.
  static constexpr double kVisitCost = sizeof(Int) > 8 ? 48 : 8;

  /// `settle(lo, hi)` says whether the sum of the terms from `end` on can be in [lo, hi], and
  /// writes their values.
  template <class Settle>
  Verdict search(const Settle& settle) {
    return visit(0, sum_.lo, sum_.hi, settle);
  }

 private:
  /// Terms from `depth` on, whose sum must lie in [lo, hi].
  template <class Settle>
  Verdict visit(std::size_t depth, Int lo, Int hi, const Settle& settle) {
    if (depth == end_) return settle(lo, hi);
    const Int coefficient = sum_.coefficients[depth];
    const Int rest = rest_[depth + 1], divisor = divisor_[depth + 1];
    const Int least = lo > rest ? divide_up<Int>(lo - rest, coefficient) : Int(0);
    for (Int x = std::min<Int>(sum_.bounds[depth], hi / coefficient); x >= least; --x) {
      if (!budget_->spend(kVisitCost)) return Verdict::kTooHard;
      const Int left = hi - x * coefficient;
      if (divisor != 1 && left % divisor > hi - lo) continue;
      (*x_)[depth] = x;
      const Verdict verdict = visit(depth + 1, lo - x * coefficient, left, settle);
      if (verdict != Verdict::kNo) return verdict;
    }
    return Verdict::kNo;
  }

  const BoundedSum<Int>& sum_;
  const std::size_t end_;
  WorkBudget* budget_;
  Numbers<Int>* x_;
  Numbers<Int> rest_;     // largest sum of the terms from i on
  Numbers<Int> divisor_;  // their greatest common divisor
};

}  // namespace cow::internal

#endif  // COW_CORE_DEPTH_FIRST_H_
