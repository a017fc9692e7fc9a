#include "cow/core/bounded_sum_reduce.h"

#include <algorithm>

namespace cow::internal {
namespace {

// a / b for a >= 0, b > 0, fast where it is easy.
template <class Int>
Int quotient(Int a, Int b) {
  if (a < b) return 0;
  return b == 1 ? a : a / b;
}

// The inverse of a modulo m > 1, both below 2^63 and coprime.
absl::int128 inverse_modulo(absl::int128 a, absl::int128 m) {
  absl::int128 r0 = m, r1 = a % m, t0 = 0, t1 = 1;
  while (r1 != 0) {
    absl::int128 q = r0 / r1;
    absl::int128 r2 = r0 - q * r1, t2 = t0 - q * t1;
    r0 = r1;
    r1 = r2;
    t0 = t1;
    t1 = t2;
  }
  return t0 < 0 ? t0 + m : t0;
}

}  // namespace

// Field by field: a whole Step would be copied through memory.
template <class Int>
void Reducer<Int>::log(Rule rule, int variable, int into, Int factor, Int offset_or_bound) {
  Step& step = steps_.emplace_back();
  step.rule = rule;
  step.variable = variable;
  step.into = into;
  step.factor = factor;
  step.offset_or_bound = offset_or_bound;
}

// A term no larger than the slack + 1 leaves no gaps between its multiples: it only adds slack.
template <class Int>
bool Reducer<Int>::absorb(int variable, Int coefficient, Int bound) {
  if (coefficient > hi_ - lo_ + 1) return false;
  lo_ -= coefficient * bound;
  log(Rule::kAbsorb, variable, 0, coefficient, bound);
  return true;
}

// The same one level up: multiples of `into` without gaps, which the term continues.
template <class Int>
bool Reducer<Int>::merge_into(Term& into, int variable, Int coefficient, Int bound) {
  Int factor = 1;
  if (coefficient != into.coefficient) {
    if (coefficient > into.coefficient * (into.bound + 1)) return false;
    if (coefficient % into.coefficient != 0) return false;
    factor = coefficient / into.coefficient;
  }
  log(Rule::kMerge, variable, into.variable, factor, bound);
  into.bound += factor * bound;
  return true;
}

template <class Int>
void Reducer<Int>::add(int variable, Int coefficient, Int bound) {
  if (terms_.empty() ? absorb(variable, coefficient, bound)
                     : merge_into(terms_.back(), variable, coefficient, bound)) {
    return;
  }
  Term& term = terms_.emplace_back();
  term.coefficient = coefficient;
  term.bound = bound;
  term.variable = variable;
}

template <class Int>
Progress Reducer<Int>::settle_nested() {
  if (lo_ <= 0) return Progress::kYes;
  const std::size_t kept = terms_.size();
  Int rest = 0;
  for (const Term& term : terms_) rest += term.coefficient * term.bound;

  Int lo = lo_, hi = hi_;
  const Int slack = hi - lo;
  for (std::size_t i = kept; i-- > 0;) {
    const Term& term = terms_[i];
    rest -= term.coefficient * term.bound;
    // [lo - rest, hi] holds at most one multiple if it is shorter than the coefficient.
    if (i != 0 && term.coefficient <= rest + slack) {
      for (; i < kept; ++i) set_value(i, 0);
      return Progress::kOpen;
    }
    Int x = std::min<Int>(term.bound, quotient<Int>(hi, term.coefficient));
    lo -= x * term.coefficient;
    hi -= x * term.coefficient;
    set_value(i, x);
    if (lo <= 0) return Progress::kYes;
    if (lo > rest) return Progress::kNo;
  }
  return Progress::kNo;
}

template <class Int>
Progress Reducer<Int>::reduce() {
  for (bool changed = true; changed;) {
    changed = false;
    for (auto rule :
         {&Reducer::tighten, &Reducer::divide, &Reducer::merge, &Reducer::use_congruences}) {
      Progress progress = (this->*rule)(&changed);
      if (progress != Progress::kOpen) return progress;
    }
  }
  return Progress::kOpen;
}

template <class Int>
void Reducer<Int>::drop_empty_terms() {
  auto end =
      std::remove_if(terms_.begin(), terms_.end(), [](const Term& t) { return t.bound == 0; });
  terms_.erase(end, terms_.end());
}

// No x_i can be above hi / c_i, nor so low that all others together cannot make up for it.
template <class Int>
Progress Reducer<Int>::tighten(bool* changed) {
  Int total = 0;
  for (Term& term : terms_) {
    term.bound = std::min<Int>(term.bound, hi_ / term.coefficient);
    total += term.coefficient * term.bound;
  }
  if (total < lo_) return Progress::kNo;
  if (total <= hi_) {
    for (std::size_t i = 0; i < terms_.size(); ++i) set_value(i, terms_[i].bound);
    return Progress::kYes;
  }
  for (Term& term : terms_) {
    Int missing = lo_ - (total - term.coefficient * term.bound);
    if (missing <= 0) continue;
    Int least = divide_up<Int>(missing, term.coefficient);
    Int taken = least * term.coefficient;
    log(Rule::kShift, term.variable, 0, 1, least);
    term.bound -= least;
    total -= taken;
    lo_ -= taken;
    hi_ -= taken;
    // Smaller gains are not worth another round: there can be as many as values.
    *changed |= least > term.bound;
    if (hi_ < 0) return Progress::kNo;
    if (lo_ <= 0) return Progress::kYes;
  }
  drop_empty_terms();
  return Progress::kOpen;
}

template <class Int>
Progress Reducer<Int>::divide(bool* changed) {
  Int divisor = 0;
  for (const Term& term : terms_) {
    divisor = greatest_common_divisor<Int>(term.coefficient, divisor);
    if (divisor == 1) return Progress::kOpen;
  }
  for (Term& term : terms_) term.coefficient /= divisor;
  log(Rule::kScale, 0, 0, divisor, hi_ % divisor);
  lo_ = divide_up<Int>(lo_, divisor);
  hi_ /= divisor;
  *changed = true;
  return lo_ > hi_ ? Progress::kNo : Progress::kOpen;
}

template <class Int>
Progress Reducer<Int>::merge(bool* changed) {
  std::size_t kept = 0;
  for (const Term& term : terms_) {
    bool gone = kept == 0 && absorb(term.variable, term.coefficient, term.bound);
    for (std::size_t i = 0; i < kept && !gone; ++i) {
      gone = merge_into(terms_[i], term.variable, term.coefficient, term.bound);
    }
    *changed |= gone;
    if (!gone) terms_[kept++] = term;
  }
  terms_.resize(kept);
  return lo_ <= 0 ? Progress::kYes : Progress::kOpen;
}

// Without slack, x_i is determined modulo the common divisor of all other coefficients.
template <class Int>
Progress Reducer<Int>::use_congruences(bool* changed) {
  if (lo_ != hi_ || terms_.size() < 2 || *changed) return Progress::kOpen;
  const std::size_t n = terms_.size();
  Numbers<Int> above(n + 1, Int(0));
  for (std::size_t i = n; i-- > 0;) {
    above[i] = greatest_common_divisor<Int>(above[i + 1], terms_[i].coefficient);
  }
  Int below = 0;
  for (std::size_t i = 0; i < n; ++i) {
    Int others = greatest_common_divisor<Int>(below, above[i + 1]);
    if (others > 1) {
      *changed = true;
      return fix_residue(i, others);
    }
    below = greatest_common_divisor<Int>(below, terms_[i].coefficient);
  }
  return Progress::kOpen;
}

template <class Int>
Progress Reducer<Int>::fix_residue(std::size_t i, Int modulus) {
  Term& fixed = terms_[i];
  absl::int128 m = modulus;
  Int residue = static_cast<Int>(hi_ % modulus * inverse_modulo(fixed.coefficient, m) % m);
  if (residue > fixed.bound) return Progress::kNo;
  log(Rule::kShift, fixed.variable, 0, modulus, residue);
  hi_ -= fixed.coefficient * residue;
  if (hi_ < 0) return Progress::kNo;
  fixed.bound = (fixed.bound - residue) / modulus;
  hi_ /= modulus;
  lo_ = hi_;
  for (std::size_t j = 0; j < terms_.size(); ++j) {
    if (j != i) terms_[j].coefficient /= modulus;
  }
  std::sort(terms_.begin(), terms_.end(),
            [](const Term& a, const Term& b) { return a.coefficient < b.coefficient; });
  drop_empty_terms();
  return lo_ == 0 ? Progress::kYes : Progress::kOpen;
}

template <class Int>
const Numbers<Int>& Reducer<Int>::solution() {
  Int* const values = values_.data();
  Int slack = hi_;
  for (const Term& term : terms_) slack -= term.coefficient * values[term.variable];
  for (std::size_t i = steps_.size(); i-- > 0;) {
    const Step& step = steps_[i];
    Int& value = values[step.variable];
    Int& whole = step.rule == Rule::kAbsorb ? slack : values[step.into];
    switch (step.rule) {
      case Rule::kMerge:
      case Rule::kAbsorb:
        value = std::min<Int>(step.offset_or_bound, quotient<Int>(whole, step.factor));
        whole -= step.factor * value;
        break;
      case Rule::kScale:
        slack = step.factor * slack + step.offset_or_bound;
        break;
      case Rule::kShift:
        value = step.factor * value + step.offset_or_bound;
        break;
    }
  }
  return values_;
}

template class Reducer<std::int64_t>;
template class Reducer<absl::int128>;

}  // namespace cow::internal
