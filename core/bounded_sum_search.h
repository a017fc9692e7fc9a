#ifndef COW_CORE_BOUNDED_SUM_SEARCH_H_
#define COW_CORE_BOUNDED_SUM_SEARCH_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/numeric/int128.h"
#include "cow/core/bounded_sum.h"
#include "cow/core/bounded_sum_reduce.h"

namespace cow::internal {

/// Is `lo <= sum c_i x_i <= hi, 0 <= x_i <= n_i` possible? Coefficients are positive and strictly
/// descending, `0 < lo <= hi < sum c_i n_i`, and that sum is below a quarter of what `Int` holds.
template <class Int>
struct BoundedSum {
  Numbers<Int> coefficients;
  Numbers<Int> bounds;
  Int lo;
  Int hi;

  std::size_t size() const { return coefficients.size(); }
};

/// What is left of the work limit, in units of about a nanosecond.
class WorkBudget {
 public:
  explicit WorkBudget(double units) : left_(units) {}
  double left() const { return left_; }
  /// Takes `units`, or returns false if not so many are left; then all are gone.
  bool spend(double units) {
    left_ -= units;
    return left_ >= 0;
  }

 private:
  double left_;
};

/// Each search answers kNo, kYes (with a solution in `x`) or kTooHard if the budget does not
/// suffice. See the head of bounded_sum.cc for what they do and when they are the right choice.
/// The `cost_of_*` are estimates in work units; infinite where a search cannot be used.
/// {@
template <class Int>
Verdict search_two_terms(const BoundedSum<Int>& sum, std::size_t first, Int lo, Int hi, Int* x);

template <class Int>
Verdict search_depth_first(const BoundedSum<Int>& sum, WorkBudget* budget, Numbers<Int>* x);
template <class Int>
double cost_of_depth_first(const BoundedSum<Int>& sum);

template <class Int>
Verdict search_residues(const BoundedSum<Int>& sum, WorkBudget* budget, Numbers<Int>* x);
template <class Int>
double cost_of_residues(const BoundedSum<Int>& sum);

template <class Int>
Verdict search_middle(const BoundedSum<Int>& sum, WorkBudget* budget, Numbers<Int>* x);
template <class Int>
double cost_of_middle(const BoundedSum<Int>& sum);

template <class Int>
Verdict search_bitset(const BoundedSum<Int>& sum, WorkBudget* budget, Numbers<Int>* x);
template <class Int>
double cost_of_bitset(const BoundedSum<Int>& sum);

/// Depth-first to those last terms of which all sums are listed in a bit set. Finds one of many
/// solutions where a bit set of all terms would be large; `cost_of_finding` is what that takes if
/// sums are spread evenly.
template <class Int>
Verdict search_to_bitset(const BoundedSum<Int>& sum, WorkBudget* budget, Numbers<Int>* x);
template <class Int>
double cost_of_finding(const BoundedSum<Int>& sum);
/// @}

/// Calls `add(step)` with steps that lead from {0} to {0, .., bound} by S = S + {0, step}.
template <class Int, class Add>
void double_up(Int bound, Add add) {
  for (Int count = 1; count <= bound;) {
    const Int step = std::min<Int>(count, bound + 1 - count);
    add(step);
    count += step;
  }
}

/// Numbers that a search may keep in tables: 64 MiB of int64_t.
inline constexpr double kMaxTableSize = 1 << 23;

}  // namespace cow::internal

#endif  // COW_CORE_BOUNDED_SUM_SEARCH_H_
