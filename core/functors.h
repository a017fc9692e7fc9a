#ifndef COW_CORE_FUNCTORS_H_
#define COW_CORE_FUNCTORS_H_

#include <cmath>
#include <complex>
#include <type_traits>
#include <utility>

#include "cow/core/promote.h"

/// The arithmetic of one pair of elements, as NumPy defines it: integers wrap modulo 2^n, bool adds
/// as "or" and multiplies as "and", integers divide as doubles, complex numbers are multiplied and
/// divided without C's repair of infinities.
namespace cow::internal {

/// Unsigned and at least as wide as `unsigned`, so that nothing overflows or is promoted to int.
template <class T>
using Wrapping = std::conditional_t<
    (sizeof(T) < sizeof(unsigned)), unsigned,
    std::make_unsigned_t<std::conditional_t<(sizeof(T) < sizeof(unsigned)), unsigned, T>>>;

/// Component by component: unlike in C++, where a NaN in both turns an infinite operand's product
/// into an infinite one.
template <class T>
T product(const T& a, const T& b) {
  if constexpr (kIsComplex<T>) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  } else {
    return a * b;
  }
}

/// Of complex numbers by Smith's method, with NumPy's roundings, infinities and NaNs.
template <class T>
T quotient(const T& a, const T& b) {
  if constexpr (kIsComplex<T>) {
    if (std::abs(b.real()) < std::abs(b.imag())) {
      const auto ratio = b.real() / b.imag();
      const auto scale = 1 / (b.imag() + b.real() * ratio);
      return {(a.real() * ratio + a.imag()) * scale, (a.imag() * ratio - a.real()) * scale};
    }
    if (b == T()) return {a.real() / std::abs(b.real()), a.imag() / std::abs(b.real())};
    const auto ratio = b.imag() / b.real();
    const auto scale = 1 / (b.real() + b.imag() * ratio);
    return {(a.real() + a.imag() * ratio) * scale, (a.imag() - a.real() * ratio) * scale};
  } else {
    return a / b;
  }
}

template <class T, class Fn>
constexpr T arithmetic(const T& a, const T& b, Fn fn) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(fn(static_cast<Wrapping<T>>(a), static_cast<Wrapping<T>>(b)));
  } else {
    return fn(a, b);
  }
}

template <class T, class U, class Fn>
constexpr auto promoted_arithmetic(const T& a, const U& b, Fn fn) {
  using R = Promoted<T, U>;
  return arithmetic<R>(cast_element<R>(a), cast_element<R>(b), fn);
}

struct Plus {
  template <class T, class U>
  auto operator()(const T& a, const U& b) const {
    if constexpr (std::is_same_v<T, bool> && std::is_same_v<U, bool>) {
      return a || b;
    } else {
      return promoted_arithmetic(a, b, [](const auto& x, const auto& y) { return x + y; });
    }
  }
};

struct Minus {
  template <class T, class U>
  auto operator()(const T& a, const U& b) const {
    static_assert(!(std::is_same_v<T, bool> && std::is_same_v<U, bool>),
                  "bool has no difference: use ^");
    return promoted_arithmetic(a, b, [](const auto& x, const auto& y) { return x - y; });
  }
};

struct Times {
  template <class T, class U>
  auto operator()(const T& a, const U& b) const {
    if constexpr (std::is_same_v<T, bool> && std::is_same_v<U, bool>) {
      return a && b;
    } else {
      return promoted_arithmetic(a, b, [](const auto& x, const auto& y) { return product(x, y); });
    }
  }
};

/// True division.
struct Divide {
  template <class T, class U>
  auto operator()(const T& a, const U& b) const {
    using P = Promoted<T, U>;
    using R = std::conditional_t<kIsInexact<P>, P, double>;
    return quotient(cast_element<R>(a), cast_element<R>(b));
  }
};

/// Whether an operator takes a number beside an array as it is, instead of as one of the array's
/// element type.
template <class Fn>
inline constexpr bool kTakesNumbersAsTheyAre = false;

template <class Fn>
struct Comparison {
  template <class T, class U>
  bool operator()(const T& a, const U& b) const {
    if constexpr (!std::is_same_v<T, U> && kKind<T> == 1 && kKind<U> == 1) {
      // By value: neither -1 nor 300 is a uint8, and an int64 is not rounded to compare it.
      const int order = std::cmp_less(a, b) ? -1 : std::cmp_equal(a, b) ? 0 : 1;
      return Fn()(order, 0);
    } else {
      using P = Promoted<T, U>;
      return Fn()(cast_element<P>(a), cast_element<P>(b));
    }
  }
};

template <class Fn>
inline constexpr bool kTakesNumbersAsTheyAre<Comparison<Fn>> = true;

/// NumPy's order of complex numbers: real parts, then imaginary ones; nothing is ordered by real
/// parts beside a NaN.
template <class C>
bool real_part_is_less(const C& a, const C& b) {
  return a.real() < b.real() && !std::isnan(a.imag()) && !std::isnan(b.imag());
}

struct Less {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    if constexpr (kIsComplex<T>) {
      return real_part_is_less(a, b) || (a.real() == b.real() && a.imag() < b.imag());
    } else {
      return a < b;
    }
  }
};
struct LessOrEqual {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    if constexpr (kIsComplex<T>) {
      return real_part_is_less(a, b) || (a.real() == b.real() && a.imag() <= b.imag());
    } else {
      return a <= b;
    }
  }
};
struct Greater {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return Less()(b, a);
  }
};
struct GreaterOrEqual {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return LessOrEqual()(b, a);
  }
};

}  // namespace cow::internal

#endif  // COW_CORE_FUNCTORS_H_
