#include "cow/core/format_float.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace cow::internal {
namespace {

constexpr int kPrecision = 8;  // NumPy's default: digits after the point
constexpr int kMinExponentDigits = 2;

// Reads "d.ddde-xx" as std::to_chars writes it.
Digits parse_scientific(const char* text, const char* end) {
  Digits digits;
  digits.count = 0;
  const char* at = text;
  for (; *at != 'e'; ++at) {
    if (*at != '.') digits.digit[digits.count++] = *at;
  }
  while (digits.count > 1 && digits.digit[digits.count - 1] == '0') --digits.count;
  ++at;
  if (*at == '+') ++at;  // from_chars takes a minus only
  std::from_chars(at, end, digits.exponent);
  return digits;
}

template <class Real>
Digits shortest_digits(Real magnitude) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, magnitude, std::chars_format::scientific);
  return parse_scientific(text, end.ptr);
}

// The exact value of `magnitude`, rounded half to even.
template <class Real>
Digits rounded_digits(Real magnitude, int digits_after_first) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, magnitude, std::chars_format::scientific,
                                 digits_after_first);
  return parse_scientific(text, end.ptr);
}

// The digits shown: the shortest that tell the value apart, but at most kPrecision after the point
// and, in positional notation, at least up to the point. Where that is another number of digits,
// they are those of the exact value. (Rounding the shortest would round some values twice.)
template <class Real>
Digits printed_digits(Real magnitude, bool scientific) {
  const Digits digits = shortest_digits(magnitude);
  const int least = scientific ? 0 : digits.exponent;
  const int most = kPrecision + least;
  const int count = std::clamp(digits.count - 1, least, most);
  return count == digits.count - 1 ? digits : rounded_digits(magnitude, count);
}

int whole_length(const Digits& digits) { return std::max<int>(digits.exponent, 0) + 1; }

int fraction_length(const Digits& digits) {
  return std::max(digits.count - 1 - digits.exponent, 0);
}

int exponent_length(const Digits& digits) {
  return std::abs(digits.exponent) >= 100 ? 3 : kMinExponentDigits;
}

char* write_positional(const Digits& digits, char* out) {
  const int whole = whole_length(digits);
  for (int i = 0; i < whole; ++i) {
    const bool in_digits = digits.exponent >= 0 && i < digits.count;
    *out++ = in_digits ? digits.digit[i] : '0';
  }
  *out++ = '.';
  for (int i = digits.exponent + 1; i < digits.count; ++i) *out++ = i < 0 ? '0' : digits.digit[i];
  return out;
}

char* write_exponent(int exponent, int length, char* out) {
  *out++ = 'e';
  *out++ = exponent < 0 ? '-' : '+';
  int rest = std::abs(exponent);
  for (int i = length - 1; i >= 0; --i, rest /= 10) out[i] = static_cast<char>('0' + rest % 10);
  return out + length;
}

char* write_nonfinite(bool is_nan, bool negative, bool plus, char* out) {
  if (negative && !is_nan) {
    *out++ = '-';
  } else if (plus) {
    *out++ = '+';
  }
  return std::copy_n(is_nan ? "nan" : "inf", 3, out);
}

}  // namespace

template <class Real>
FloatColumn<Real>::FloatColumn(const Real* values, std::size_t count, std::size_t step, bool plus)
    : values_(values), step_(step), plus_(plus), digits_(count) {
  choose_notation();
  for (std::size_t i = 0; i < count; ++i) {
    if (std::isfinite(value(i))) measure(i);
  }
  if (scientific_) pad_right_ = precision_ + 2 + exponent_digits_;
  make_room_for_nonfinite();
}

template <class Real>
bool FloatColumn<Real>::has_sign(Real value) const {
  return plus_ || std::signbit(value);
}

template <class Real>
void FloatColumn<Real>::choose_notation() {
  Real largest = 0;
  Real smallest = std::numeric_limits<Real>::infinity();
  for (std::size_t i = 0; i < digits_.size(); ++i) {
    const Real magnitude = std::abs(value(i));
    if (magnitude == 0 || !std::isfinite(magnitude)) continue;
    largest = std::max(largest, magnitude);
    smallest = std::min(smallest, magnitude);
  }
  // The quotient is rounded to Real, the limits are doubles, as in NumPy.
  scientific_ = largest != 0 && (largest >= 1e8 || smallest < 0.0001 || largest / smallest > 1000);
}

template <class Real>
void FloatColumn<Real>::measure(std::size_t i) {
  const Digits& digits = digits_[i] = printed_digits(std::abs(value(i)), scientific_);
  const std::size_t sign = has_sign(value(i)) ? 1 : 0;
  if (scientific_) {
    pad_left_ = std::max(pad_left_, sign + 1);
    precision_ = std::max(precision_, digits.count - 1);
    exponent_digits_ = std::max(exponent_digits_, exponent_length(digits));
  } else {
    pad_left_ = std::max(pad_left_, sign + whole_length(digits));
    pad_right_ = std::max(pad_right_, static_cast<std::size_t>(fraction_length(digits)));
  }
}

template <class Real>
void FloatColumn<Real>::make_room_for_nonfinite() {
  std::size_t length = 0;
  for (std::size_t i = 0; i < digits_.size(); ++i) {
    if (std::isfinite(value(i))) continue;
    const bool minus = std::isinf(value(i)) && value(i) < 0;
    length = std::max<std::size_t>(length, plus_ || minus ? 4 : 3);
  }
  if (length > width()) pad_left_ = length - 1 - pad_right_;
}

template <class Real>
char* FloatColumn<Real>::write_scientific(std::size_t i, char* out) const {
  // Numbers with fewer digits are continued with those of their exact value, not with zeros: for
  // floats of 32 bits that is not the same.
  const Digits digits = digits_[i].count - 1 == precision_
                            ? digits_[i]
                            : rounded_digits(std::abs(value(i)), precision_);
  *out++ = digits.digit[0];
  *out++ = '.';
  out = std::copy_n(digits.digit + 1, digits.count - 1, out);
  out = std::fill_n(out, precision_ + 1 - digits.count, '0');
  return write_exponent(digits.exponent, exponent_digits_, out);
}

template <class Real>
void FloatColumn<Real>::write(std::size_t i, char* out) const {
  const Real real = value(i);
  char* const end = out + width();
  if (!std::isfinite(real)) {
    char text[8];
    const auto length = write_nonfinite(std::isnan(real), real < 0, plus_, text) - text;
    std::copy_n(text, length, std::fill_n(out, end - out - length, ' '));
    return;
  }
  const bool sign = has_sign(real);
  const std::size_t whole = scientific_ ? 1 : whole_length(digits_[i]);
  out = std::fill_n(out, pad_left_ - whole - (sign ? 1 : 0), ' ');
  if (sign) *out++ = std::signbit(real) ? '-' : '+';
  out = scientific_ ? write_scientific(i, out) : write_positional(digits_[i], out);
  std::fill(out, end, ' ');
}

template <class Real>
void append_float_scalar(Real value, bool plus, bool point_zero, std::string* out) {
  char text[48];
  char* end = text;
  const Real magnitude = std::abs(value);
  if (!std::isfinite(value)) {
    end = write_nonfinite(std::isnan(value), value < 0, plus, end);
    out->append(text, end);
    return;
  }
  if (std::signbit(value)) {
    *end++ = '-';
  } else if (plus) {
    *end++ = '+';
  }
  const Digits digits = shortest_digits(magnitude);
  if (magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e16)) {
    end = write_positional(digits, end);
    if (end[-1] == '.') {
      if (point_zero) {
        *end++ = '0';
      } else {
        --end;
      }
    }
  } else {
    *end++ = digits.digit[0];
    if (digits.count > 1) *end++ = '.';
    end = std::copy_n(digits.digit + 1, digits.count - 1, end);
    end = write_exponent(digits.exponent, exponent_length(digits), end);
  }
  out->append(text, end);
}

template class FloatColumn<float>;
template class FloatColumn<double>;
template void append_float_scalar(float, bool, bool, std::string*);
template void append_float_scalar(double, bool, bool, std::string*);

}  // namespace cow::internal
