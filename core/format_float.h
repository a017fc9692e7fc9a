#ifndef COW_CORE_FORMAT_FLOAT_H_
#define COW_CORE_FORMAT_FLOAT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cow::internal {

/// Decimal digits of a finite magnitude: d.ddd * 10^exponent, without trailing zeros.
struct Digits {
  static constexpr int kMaxCount = 17;  // the most that a double needs to be told apart

  char digit[kMaxCount];  // '0' to '9'
  std::uint8_t count;     // at least 1
  std::int16_t exponent;  // 0 for zero
};

/// How floats are written that stand in one column of an array: NumPy's `FloatingFormat` with
/// default options. `Real` is float or double.
template <class Real>
class FloatColumn {
 public:
  /// Chooses the notation for `values[0]`, `values[step]`, .., `values[(count - 1) * step]`, which
  /// must outlive the column. `plus`: positive values carry a sign too.
  FloatColumn(const Real* values, std::size_t count, std::size_t step, bool plus);

  /// Characters of each value's text.
  std::size_t width() const { return pad_left_ + 1 + pad_right_; }

  /// Writes the text of value `i`, `width()` characters, to `out`.
  void write(std::size_t i, char* out) const;

 private:
  Real value(std::size_t i) const { return values_[i * step_]; }
  bool has_sign(Real value) const;
  void choose_notation();
  void measure(std::size_t i);
  void make_room_for_nonfinite();
  char* write_scientific(std::size_t i, char* out) const;

  const Real* values_;
  std::size_t step_;
  bool plus_;
  bool scientific_ = false;
  int precision_ = 0;           // digits after the point, in scientific notation
  int exponent_digits_ = 0;     // in scientific notation
  std::size_t pad_left_ = 0;    // characters before the point
  std::size_t pad_right_ = 0;   // characters after the point
  std::vector<Digits> digits_;  // one per value; of no meaning where not finite
};

/// Appends `value` with as many digits as tell it apart, as NumPy's `str` of a scalar:
/// scientific from 1e16 and below 1e-4. `plus`: with a sign if positive, too; `point_zero`: whole
/// numbers in positional notation end in ".0".
template <class Real>
void append_float_scalar(Real value, bool plus, bool point_zero, std::string* out);

}  // namespace cow::internal

#endif  // COW_CORE_FORMAT_FLOAT_H_
