// Bit set (Bellman 1957): bit t says whether t is a sum. A term with bound n is added by
// log2(n + 1) shifts. Of all terms it decides; of the last ones it is where a depth-first search
// ends, which then tries a sum in the time of a look at a bit.

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "cow/core/bounded_sum_search.h"
#include "cow/core/depth_first.h"

namespace cow::internal {
namespace {

constexpr double kCostPerWord = 1;
constexpr double kCostPerLook = 4;

class BitSet {
 public:
  explicit BitSet(Index num_bits) : words_(static_cast<std::size_t>(num_bits) / 64 + 1) {}

  void grow(Index num_bits) { words_.resize(static_cast<std::size_t>(num_bits) / 64 + 1); }
  void set(Index bit) { words_[bit / 64] |= std::uint64_t{1} << (bit % 64); }
  bool test(Index bit) const {
    return bit / 64 < std::ssize(words_) && (words_[bit / 64] >> (bit % 64) & 1) != 0;
  }

  /// The first of bits [lo, hi] that is set; -1 if none is.
  Index find(Index lo, Index hi) const {
    hi = std::min(hi, 64 * std::ssize(words_) - 1);
    if (lo > hi) return -1;
    std::uint64_t word = words_[lo / 64] & (~std::uint64_t{0} << (lo % 64));
    for (Index i = lo / 64;; word = words_[++i]) {
      if (word != 0) {
        const Index bit = 64 * i + std::countr_zero(word);
        return bit <= hi ? bit : -1;
      }
      if (i == hi / 64) return -1;
    }
  }

  void or_shifted(Index shift) {
    const Index words = shift / 64, bits = shift % 64;
    const Index size = std::ssize(words_);
    for (Index i = size - 1; i >= words; --i) {
      std::uint64_t word = words_[i - words] << bits;
      if (bits != 0 && i > words) word |= words_[i - words - 1] >> (64 - bits);
      words_[i] |= word;
    }
  }

 private:
  std::vector<std::uint64_t> words_;
};

/// All sums up to `hi` of the terms from `first` on.
template <class Int>
class SumSet {
 public:
  SumSet(const BoundedSum<Int>& sum, std::size_t first) : sum_(sum), first_(first) {
    levels_.reserve(sum.size() - first + 1);
    levels_.emplace_back(0).set(0);
    Int reach = 0;
    for (std::size_t i = sum.size(); i-- > first;) {
      const Int coefficient = sum.coefficients[i];
      const Int most = std::min<Int>(sum.bounds[i], sum.hi / coefficient);
      reach = std::min<Int>(sum.hi, reach + coefficient * most);
      BitSet bits = levels_.back();
      bits.grow(static_cast<Index>(reach));
      double_up<Int>(most, [&](Int step) { bits.or_shifted(Index(step * coefficient)); });
      levels_.push_back(std::move(bits));
    }
  }

  /// Whether one lies in [lo, hi], which reaches below `sum.hi`; then the terms' values.
  bool find(Int lo, Int hi, Numbers<Int>* x) const {
    Index rest = levels_.back().find(static_cast<Index>(std::max<Int>(lo, 0)),
                                     static_cast<Index>(std::min<Int>(hi, sum_.hi)));
    if (rest < 0) return false;
    for (std::size_t i = first_; i < sum_.size(); ++i) {
      const BitSet& without = levels_[sum_.size() - i - 1];
      for ((*x)[i] = 0; !without.test(rest); ++(*x)[i]) {
        rest -= static_cast<Index>(sum_.coefficients[i]);
      }
    }
    return true;
  }

 private:
  const BoundedSum<Int>& sum_;
  const std::size_t first_;
  std::vector<BitSet> levels_;  // levels_[k]: of the last k terms
};

/// Words of memory for the sums up to `reach` of `terms` terms.
bool fits(double reach, std::size_t terms) {
  return (reach / 64 + 1) * static_cast<double>(terms + 1) <= kMaxTableSize;
}

double cost_of_term(double reach, double bound) {
  return kCostPerWord * (reach / 64 + 1) * (1 + std::ceil(std::log2(bound + 1)));
}

/// The terms to list, what that costs, and that with the looks until one finds something.
struct Listing {
  std::size_t first = 0;
  double cost = 0;
  double cost_of_finding = std::numeric_limits<double>::infinity();
};

template <class Int>
Listing cheapest_listing(const BoundedSum<Int>& sum) {
  const double most = static_cast<double>(sum.hi),
               window = static_cast<double>(sum.hi - sum.lo) + 1;
  double reach = 0, points = 1, listing = 0;
  Listing best;
  for (std::size_t i = sum.size(); i-- > 0;) {
    const double bound = static_cast<double>(sum.bounds[i]);
    reach = std::min(most, reach + static_cast<double>(sum.coefficients[i]) * bound);
    points *= bound + 1;
    if (!fits(reach, sum.size() - i)) break;
    listing += cost_of_term(reach, bound);
    const double looks = i == 0 ? 1 : std::max(1.0, reach / (points * window));
    const double cost = listing + looks * (DepthFirst<Int>::kVisitCost + kCostPerLook);
    if (cost < best.cost_of_finding) best = {i, listing, cost};
  }
  return best;
}

template <class Int>
Verdict search_to(std::size_t first, const BoundedSum<Int>& sum, WorkBudget* budget,
                  Numbers<Int>* x) {
  const SumSet<Int> sums(sum, first);
  return DepthFirst<Int>(sum, first, budget, x).search([&](Int lo, Int hi) {
    if (!budget->spend(kCostPerLook)) return Verdict::kTooHard;
    return sums.find(lo, hi, x) ? Verdict::kYes : Verdict::kNo;
  });
}

}  // namespace

template <class Int>
double cost_of_bitset(const BoundedSum<Int>& sum) {
  const double reach = static_cast<double>(sum.hi);
  if (!fits(reach, sum.size())) return std::numeric_limits<double>::infinity();
  double cost = kCostPerLook;
  for (const Int& bound : sum.bounds) cost += cost_of_term(reach, static_cast<double>(bound));
  return cost;
}

template <class Int>
Verdict search_bitset(const BoundedSum<Int>& sum, WorkBudget* budget, Numbers<Int>* x) {
  if (!budget->spend(cost_of_bitset(sum) - kCostPerLook)) return Verdict::kTooHard;
  return search_to(0, sum, budget, x);
}

template <class Int>
double cost_of_finding(const BoundedSum<Int>& sum) {
  return cheapest_listing(sum).cost_of_finding;
}

template <class Int>
Verdict search_to_bitset(const BoundedSum<Int>& sum, WorkBudget* budget, Numbers<Int>* x) {
  const Listing listing = cheapest_listing(sum);
  if (listing.cost_of_finding > budget->left()) return Verdict::kTooHard;
  budget->spend(listing.cost);
  return search_to(listing.first, sum, budget, x);
}

template Verdict search_bitset(const BoundedSum<std::int64_t>&, WorkBudget*,
                               Numbers<std::int64_t>*);
template Verdict search_bitset(const BoundedSum<absl::int128>&, WorkBudget*,
                               Numbers<absl::int128>*);
template double cost_of_bitset(const BoundedSum<std::int64_t>&);
template double cost_of_bitset(const BoundedSum<absl::int128>&);
template Verdict search_to_bitset(const BoundedSum<std::int64_t>&, WorkBudget*,
                                  Numbers<std::int64_t>*);
template Verdict search_to_bitset(const BoundedSum<absl::int128>&, WorkBudget*,
                                  Numbers<absl::int128>*);
template double cost_of_finding(const BoundedSum<std::int64_t>&);
template double cost_of_finding(const BoundedSum<absl::int128>&);

}  // namespace cow::internal
