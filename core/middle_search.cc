// Meet in the middle (Horowitz and Sahni 1974): the terms are dealt to two halves, all sums of each
// are listed in order, and two fingers move over the lists in opposite directions.

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "cow/core/bounded_sum_search.h"

namespace cow::internal {
namespace {

constexpr double kCostPerSum = 6;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Deals terms to two halves so that both have about as many sums. Returns both numbers.
template <class Int>
std::pair<double, double> deal(const BoundedSum<Int>& sum, std::vector<std::size_t> halves[2]) {
  std::vector<std::size_t> order(sum.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto i, auto j) { return sum.bounds[i] > sum.bounds[j]; });
  double sizes[2] = {1, 1};
  for (std::size_t i : order) {
    const int half = sizes[1] < sizes[0] ? 1 : 0;
    halves[half].push_back(i);
    sizes[half] *= static_cast<double>(sum.bounds[i]) + 1;
  }
  return {sizes[0], sizes[1]};
}

// The sorted sums of some terms, without repetition, none above hi.
template <class Int>
class SumList {
 public:
  SumList(const BoundedSum<Int>& sum, const std::vector<std::size_t>& terms)
      : sum_(sum), terms_(terms) {
    levels_.push_back({Int(0)});
    for (std::size_t i : terms) {
      std::vector<Int> sums = levels_.back();
      double_up<Int>(sum.bounds[i],
                     [&](Int step) { sums = with_shifted(sums, step * sum.coefficients[i]); });
      levels_.push_back(std::move(sums));
    }
  }

  const std::vector<Int>& sums() const { return levels_.back(); }

  // Writes how `value`, one of sums(), is made.
  void explain(Int value, Numbers<Int>* x) const {
    for (std::size_t level = terms_.size(); level-- > 0;) {
      const std::size_t i = terms_[level];
      const std::vector<Int>& before = levels_[level];
      Int count = 0;
      while (!std::binary_search(before.begin(), before.end(), value)) {
        value -= sum_.coefficients[i];
        ++count;
      }
      (*x)[i] = count;
    }
  }

 private:
  std::vector<Int> with_shifted(const std::vector<Int>& sums, Int shift) const {
    std::vector<Int> result;
    result.reserve(2 * sums.size());
    std::size_t i = 0, j = 0;
    while (i < sums.size() && sums[j] + shift <= sum_.hi) {
      const Int kept = sums[i], moved = sums[j] + shift;
      result.push_back(std::min<Int>(kept, moved));
      i += kept <= moved;
      j += moved <= kept;
    }
    result.insert(result.end(), sums.begin() + i, sums.end());
    for (; j < sums.size() && sums[j] + shift <= sum_.hi; ++j) result.push_back(sums[j] + shift);
    return result;
  }

  const BoundedSum<Int>& sum_;
  const std::vector<std::size_t>& terms_;
  std::vector<std::vector<Int>> levels_;  // levels_[k]: sums of the first k terms
};

}  // namespace

template <class Int>
double cost_of_middle(const BoundedSum<Int>& sum) {
  std::vector<std::size_t> halves[2];
  const auto [left, right] = deal(sum, halves);
  // A list and what it was made from: twice the sums, and one more while it is being made.
  return 3 * (left + right) > kMaxTableSize ? kInfinity : kCostPerSum * (left + right);
}

template <class Int>
Verdict search_middle(const BoundedSum<Int>& sum, WorkBudget* budget, Numbers<Int>* x) {
  std::vector<std::size_t> halves[2];
  deal(sum, halves);
  if (!budget->spend(cost_of_middle(sum))) return Verdict::kTooHard;
  const SumList<Int> left(sum, halves[0]), right(sum, halves[1]);
  std::size_t i = 0, j = right.sums().size();
  while (i < left.sums().size() && j > 0) {
    const Int both = left.sums()[i] + right.sums()[j - 1];
    if (both > sum.hi) {
      --j;
    } else if (both < sum.lo) {
      ++i;
    } else {
      x->assign(sum.size(), Int(0));
      left.explain(left.sums()[i], x);
      right.explain(right.sums()[j - 1], x);
      return Verdict::kYes;
    }
  }
  return Verdict::kNo;
}

template Verdict search_middle(const BoundedSum<std::int64_t>&, WorkBudget*,
                               Numbers<std::int64_t>*);
template Verdict search_middle(const BoundedSum<absl::int128>&, WorkBudget*,
                               Numbers<absl::int128>*);
template double cost_of_middle(const BoundedSum<std::int64_t>&);
template double cost_of_middle(const BoundedSum<absl::int128>&);

}  // namespace cow::internal
