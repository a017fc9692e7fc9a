// Residue classes of one coefficient m. For each class, the least sum of all other terms in it: a
// shortest path in the graph of residues, where each term is one kind of edge. Bounds on these
// terms are respected by a sliding minimum over the last n + 1 nodes of each cycle, so there is one
// linear pass a term and no priority queue ("round robin" of Boecker and Liptak, with bounds).
// A sum t is then possible if its class has a sum <= t, the rest being multiples of m: this is
// exact if the bound of m itself does not matter, and only then the search is used.

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "cow/core/bounded_sum_search.h"

namespace cow::internal {
namespace {

// Of a table, for a term that may be used any number of times and for one with a bound.
constexpr double kCostPerNode = 2;
constexpr double kCostPerWindowNode = 7;

// The smallest coefficient whose bound cannot be reached, or size() if there is none.
template <class Int>
std::size_t choose_modulus(const BoundedSum<Int>& sum) {
  for (std::size_t i = sum.size(); i-- > 0;) {
    if (sum.bounds[i] >= sum.hi / sum.coefficients[i]) return i;
  }
  return sum.size();
}

// One table per term, so that a solution can be read off; `none_` where there is no sum <= hi.
// `Int` holds 2 * hi + 1: small tables are fast ones.
template <class Int>
class ResidueTables {
 public:
  ResidueTables(Int modulus, Int hi)
      : modulus_(static_cast<Index>(modulus)), none_(hi + 1), least_(modulus_, none_) {
    least_[0] = 0;
  }

  void add(Int coefficient, Int bound) {
    before_.push_back(least_);
    coefficients_.push_back(coefficient);
    const Index step = static_cast<Index>(coefficient % modulus_);
    if (step == 0) return;
    const Index cycles = greatest_common_divisor<Index>(step, modulus_);
    const Index length = modulus_ / cycles;
    // Do sums <= hi never need more?
    const bool unlimited = bound >= length - 1 || bound >= (none_ - 1) / coefficient;
    for (Index start = 0; start < cycles; ++start) {
      if (unlimited) {
        relax_freely(start, step, length, coefficient);
      } else {
        relax_window(start, step, length, coefficient, static_cast<Index>(bound));
      }
    }
  }

  Int least(Index residue) const { return least_[residue]; }

  // How often term i, counted in the order added, is used in least(residue).
  std::vector<Int> counts(Index residue) const {
    std::vector<Int> result(before_.size(), Int(0));
    Int value = least_[residue];
    for (std::size_t i = before_.size(); i-- > 0;) {
      const Index step = static_cast<Index>(coefficients_[i] % modulus_);
      while (before_[i][residue] != value) {
        residue = residue >= step ? residue - step : residue - step + modulus_;
        value -= coefficients_[i];
        ++result[i];
      }
    }
    return result;
  }

 private:
  // Without a branch, which nothing could predict.
  static Index next(Index residue, Index step, Index modulus) {
    residue += step - modulus;
    return residue + (modulus & (residue >> 63));
  }

  // Twice around the cycle: the first time may have started at a node that is not final. Node 0 is,
  // with the empty sum.
  void relax_freely(Index start, Index step, Index length, Int coefficient) {
    Int* const least = least_.data();
    const Index modulus = modulus_;
    const Int none = none_;
    Int value = least[start];
    Index residue = start;
    for (Index i = start == 0 ? length : 0; i < 2 * length; ++i) {
      residue = next(residue, step, modulus);
      value = std::min<Int>(std::min<Int>(value + coefficient, none), least[residue]);
      least[residue] = value;
    }
  }

  // Sliding minimum of least - position * coefficient. Differences within a window are below
  // bound * coefficient <= hi, so they are safe although the products need not be.
  void relax_window(Index start, Index step, Index length, Int coefficient, Index bound) {
    cycle_.clear();
    for (Index i = 0, residue = start; i < length; ++i, residue = next(residue, step, modulus_)) {
      cycle_.push_back(least_[residue]);
    }
    window_.assign(2 * length, 0);
    Index head = 0, tail = 0, residue = start;
    for (Index i = 0; i < 2 * length; ++i) {
      const Int value = cycle_[i < length ? i : i - length];
      while (head < tail && window_[head] < i - bound) ++head;
      if (value != none_) {
        while (head < tail && value_at(window_[tail - 1], length, i, coefficient) >= value) --tail;
        window_[tail++] = i;
      }
      if (i < length) continue;
      least_[residue] = head == tail
                            ? none_
                            : std::min<Int>(value_at(window_[head], length, i, coefficient), none_);
      residue = next(residue, step, modulus_);
    }
  }

  Int value_at(Index position, Index length, Index i, Int coefficient) const {
    return cycle_[position < length ? position : position - length] +
           static_cast<Int>(i - position) * coefficient;
  }

  Index modulus_;
  Int none_;
  std::vector<Int> least_;
  std::vector<std::vector<Int>> before_;
  std::vector<Int> coefficients_;
  std::vector<Int> cycle_;
  std::vector<Index> window_;
};

// search_residues with tables of `Value`.
template <class Value, class Int>
Verdict search_tables(const BoundedSum<Int>& sum, Numbers<Int>* x) {
  const std::size_t modulus_term = choose_modulus(sum);
  const Int modulus = sum.coefficients[modulus_term];
  ResidueTables<Value> tables(static_cast<Value>(modulus), static_cast<Value>(sum.hi));
  for (std::size_t i = 0; i < sum.size(); ++i) {
    if (i == modulus_term) continue;
    tables.add(static_cast<Value>(sum.coefficients[i]), static_cast<Value>(sum.bounds[i]));
  }
  // The slack is smaller than any coefficient, so these are different classes.
  for (Int t = sum.lo; t <= sum.hi; ++t) {
    const Index residue = static_cast<Index>(t % modulus);
    const Int least = tables.least(residue);
    if (least > t) continue;
    const std::vector<Value> counts = tables.counts(residue);
    x->assign(sum.size(), Int(0));
    for (std::size_t i = 0, j = 0; i < sum.size(); ++i) {
      (*x)[i] = i == modulus_term ? (t - least) / modulus : Int(counts[j++]);
    }
    return Verdict::kYes;
  }
  return Verdict::kNo;
}

}  // namespace

template <class Int>
double cost_of_residues(const BoundedSum<Int>& sum) {
  const std::size_t modulus = choose_modulus(sum);
  if (modulus == sum.size()) return std::numeric_limits<double>::infinity();
  const double nodes = static_cast<double>(sum.coefficients[modulus]);
  if (nodes * static_cast<double>(sum.size()) > kMaxTableSize) {
    return std::numeric_limits<double>::infinity();
  }
  double cost = 0;
  for (std::size_t i = 0; i < sum.size(); ++i) {
    const bool unlimited = sum.bounds[i] >= sum.hi / sum.coefficients[i];
    cost += nodes * (unlimited ? kCostPerNode : kCostPerWindowNode);
  }
  return cost;
}

template <class Int>
Verdict search_residues(const BoundedSum<Int>& sum, WorkBudget* budget, Numbers<Int>* x) {
  if (!budget->spend(cost_of_residues(sum))) return Verdict::kTooHard;
  return sum.hi < Int(1) << 30 ? search_tables<std::int32_t>(sum, x) : search_tables<Int>(sum, x);
}

template Verdict search_residues(const BoundedSum<std::int64_t>&, WorkBudget*,
                                 Numbers<std::int64_t>*);
template Verdict search_residues(const BoundedSum<absl::int128>&, WorkBudget*,
                                 Numbers<absl::int128>*);
template double cost_of_residues(const BoundedSum<std::int64_t>&);
template double cost_of_residues(const BoundedSum<absl::int128>&);

}  // namespace cow::internal
