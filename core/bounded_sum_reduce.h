#ifndef COW_CORE_BOUNDED_SUM_REDUCE_H_
#define COW_CORE_BOUNDED_SUM_REDUCE_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/numeric/int128.h"
#include "absl/types/span.h"

namespace cow::internal {

/// Numbers of one bounded sum; on the stack for up to eight dimensions a side.
template <class Int>
using Numbers = absl::InlinedVector<Int, 16>;

/// State of a bounded sum that is being simplified.
enum class Progress { kNo, kYes, kOpen };

/// Simplifies `lo <= sum c_i x_i <= hi, 0 <= x_i <= n_i` without changing the answer, and
/// translates a solution of what is left back into one of what was given.
///
/// `Int` is int64_t or absl::int128. All c_i are positive and below 2^63, and the sum of c_i n_i is
/// below a quarter of what `Int` holds, which makes every operation here safe.
/// The slack `hi - sum` acts as one more term with coefficient 1 and bound `hi - lo`.
template <class Int>
class Reducer {
 public:
  struct Term {
    Int coefficient;
    Int bound;
    int variable;
  };

  /// A problem in `num_variables` variables whose sum must lie in [lo, hi], 0 < lo <= hi.
  Reducer(std::size_t num_variables, Int lo, Int hi)
      : lo_(lo), hi_(hi), values_(num_variables, Int(0)) {}

  /// Adds a term; coefficients must not descend. Merged with the term before it where it continues
  /// that one's multiples without gaps.
  void add(int variable, Int coefficient, Int bound);

  /// One linear pass, after the last add(), that settles one term after the other from the largest
  /// down, if they are nested enough to leave no choice.
  Progress settle_nested();

  /// Everything else: bounds, common divisors, merging, congruences, until nothing changes.
  Progress reduce();

  /// What is left, in ascending order of coefficients. Each is larger than hi() - lo() + 1.
  absl::Span<const Term> terms() const { return absl::MakeConstSpan(terms_); }
  Int lo() const { return lo_; }
  Int hi() const { return hi_; }

  /// Sets the value of `terms()[i].variable`. They are 0 at first.
  void set_value(std::size_t i, Int value) { values_[terms_[i].variable] = value; }

  /// The variables given, once all of `terms()` have values that solve what is left. Call once.
  const Numbers<Int>& solution();

 private:
  enum class Rule : std::uint8_t { kMerge, kAbsorb, kScale, kShift };
  // What was done, to be undone in reverse. kMerge: values[into] = value + factor *
  // values[variable] kAbsorb: as kMerge, into the slack. kScale: slack = factor * slack + offset.
  // kShift: value = factor * value + offset.
  struct Step {
    Rule rule;
    int variable;
    int into;
    Int factor;
    Int offset_or_bound;
  };

  Progress tighten(bool* changed);
  Progress divide(bool* changed);
  Progress merge(bool* changed);
  Progress use_congruences(bool* changed);
  Progress fix_residue(std::size_t i, Int modulus);
  bool absorb(int variable, Int coefficient, Int bound);
  bool merge_into(Term& into, int variable, Int coefficient, Int bound);
  void log(Rule rule, int variable, int into, Int factor, Int offset_or_bound);
  void drop_empty_terms();

  Int lo_;
  Int hi_;
  absl::InlinedVector<Term, 16> terms_;
  absl::InlinedVector<Step, 16> steps_;
  Numbers<Int> values_;
};

/// Greatest common divisor of two numbers >= 0.
template <class Int>
Int greatest_common_divisor(Int a, Int b) {
  while (b != 0) {
    Int r = a % b;
    a = b;
    b = r;
  }
  return a;
}

/// a / b rounded up, for a >= 0, b > 0.
template <class Int>
Int divide_up(Int a, Int b) {
  return a / b + (a % b != 0 ? 1 : 0);
}

extern template class Reducer<std::int64_t>;
extern template class Reducer<absl::int128>;

}  // namespace cow::internal

#endif  // COW_CORE_BOUNDED_SUM_REDUCE_H_
