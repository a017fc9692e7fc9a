#ifndef COW_CORE_PROMOTE_H_
#define COW_CORE_PROMOTE_H_

#include <algorithm>
#include <complex>
#include <limits>
#include <type_traits>

#include "cow/core/dtype.h"

/// NumPy's type promotion, and casts between element types that are defined for every value.
namespace cow::internal {

template <class T>
inline constexpr bool kIsComplex = false;
template <class T>
inline constexpr bool kIsComplex<std::complex<T>> = true;
template <class T>
inline constexpr bool kIsInexact = std::is_floating_point_v<T> || kIsComplex<T>;

/// bool < integer < float < complex
template <class T>
inline constexpr int kKind = std::is_same_v<T, bool>       ? 0
                             : kIsComplex<T>               ? 3
                             : std::is_floating_point_v<T> ? 2
                                                           : 1;

template <int kBytes, bool kSigned>
struct IntegerOf;
template <>
struct IntegerOf<1, true> {
  using type = std::int8_t;
};
template <>
struct IntegerOf<2, true> {
  using type = std::int16_t;
};
template <>
struct IntegerOf<4, true> {
  using type = std::int32_t;
};
template <>
struct IntegerOf<8, true> {
  using type = std::int64_t;
};
template <>
struct IntegerOf<1, false> {
  using type = std::uint8_t;
};
template <>
struct IntegerOf<2, false> {
  using type = std::uint16_t;
};
template <>
struct IntegerOf<4, false> {
  using type = std::uint32_t;
};
template <>
struct IntegerOf<8, false> {
  using type = std::uint64_t;
};

/// Bytes of the float that holds every value of `T`, or of its real part.
template <class T>
consteval int float_bytes() {
  if constexpr (kIsComplex<T>) return sizeof(T) / 2;
  if constexpr (std::is_floating_point_v<T>) return sizeof(T);
  return sizeof(T) <= 2 ? 4 : 8;
}

template <class T, class U>
struct Promotion {
  static auto pick() {
    if constexpr (std::is_same_v<T, U> || kKind<U> == 0) {
      return T();
    } else if constexpr (kKind<T> == 0) {
      return U();
    } else if constexpr (kIsInexact<T> || kIsInexact<U>) {
      using Real =
          std::conditional_t<std::max(float_bytes<T>(), float_bytes<U>()) == 4, float, double>;
      return std::conditional_t < kIsComplex<T> || kIsComplex<U>, std::complex<Real>, Real > ();
    } else if constexpr (std::is_signed_v<T> == std::is_signed_v<U>) {
      return std::conditional_t<(sizeof(T) >= sizeof(U)), T, U>();
    } else {
      constexpr int kSigned = std::is_signed_v<T> ? sizeof(T) : sizeof(U);
      constexpr int kUnsigned = std::is_signed_v<T> ? sizeof(U) : sizeof(T);
      if constexpr (kUnsigned == 8) {
        return double();
      } else {
        return typename IntegerOf<(kSigned > kUnsigned ? kSigned : 2 * kUnsigned), true>::type();
      }
    }
  }
  using type = decltype(pick());
};

/// The element type of an operation on arrays of `T` and `U`.
template <class T, class U>
using Promoted = typename Promotion<T, U>::type;

/// The same for an array of `T` and a C++ scalar of type `S`: the scalar's precision does not
/// count, only whether it is an integer, a float or complex.
template <class T, class S>
using PromotedWithScalar = std::conditional_t<
    (kKind<S> <= kKind<T>), T,
    std::conditional_t<
        kKind<S> == 3,
        std::complex<std::conditional_t<kIsInexact<T> && float_bytes<T>() == 4, float, double>>,
        std::conditional_t<kKind<S> == 2, double, std::int64_t>>>;

/// Whether an operator in place puts its result, a `From`, where a `To` is: NumPy's "same_kind".
/// Sizes do not count; signed integers do not go where unsigned ones are.
template <class From, class To>
inline constexpr bool kIsSameKind = kKind<From> < kKind<To> ||
                                    (kKind<From> == kKind<To> &&
                                     (kIsInexact<To> || std::is_signed_v<To> ||
                                      std::is_unsigned_v<From>));

/// `value` as a `To`: integers wrap modulo 2^n, bool is "not zero", a complex number loses its
/// imaginary part, and a float beyond an integer's range becomes its lowest value, as on x86.
template <class To, class From>
constexpr To cast_element(const From& value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From();
  } else if constexpr (kIsComplex<To>) {
    using Real = typename To::value_type;
    if constexpr (kIsComplex<From>) {
      return To(static_cast<Real>(value.real()), static_cast<Real>(value.imag()));
    } else {
      return To(static_cast<Real>(value));
    }
  } else if constexpr (kIsComplex<From>) {
    return cast_element<To>(value.real());
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    // The bounds are powers of two, exact as floats; NaN fails both tests.
    constexpr From kBeyond = static_cast<From>(std::uint64_t{1} << (8 * sizeof(To) - 2)) *
                             (std::is_signed_v<To> ? From{2} : From{4});
    const From lowest = std::is_signed_v<To> ? -kBeyond : From{-1};
    const bool fits = value < kBeyond && (std::is_signed_v<To> ? value >= lowest : value > lowest);
    return fits ? static_cast<To>(value) : std::numeric_limits<To>::lowest();
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace cow::internal

#endif  // COW_CORE_PROMOTE_H_
