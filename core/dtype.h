#ifndef COW_CORE_DTYPE_H_
#define COW_CORE_DTYPE_H_

#include <complex>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "cow/core/dims.h"

namespace cow {

/// Element types, under NumPy's names (`dtype_name`).
enum class DType : std::uint8_t {
  kBool,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kFloat32,
  kFloat64,
  kComplex64,
  kComplex128,
};

inline constexpr int kDTypeCount = 13;

/// NumPy's name of `dtype`, such as "int64".
constexpr const char* dtype_name(DType dtype) {
  constexpr const char* kNames[kDTypeCount] = {
      "bool",   "int8",   "int16",   "int32",   "int64",     "uint8",     "uint16",
      "uint32", "uint64", "float32", "float64", "complex64", "complex128"};
  return kNames[static_cast<int>(dtype)];
}

namespace internal {

// Outside of the function: a table inside of it is built at each call.
inline constexpr std::uint8_t kDTypeBytes[kDTypeCount] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 4, 8, 8, 16};

}  // namespace internal

/// Bytes of one element of `dtype`.
constexpr Index dtype_size_bytes(DType dtype) {
  return internal::kDTypeBytes[static_cast<int>(dtype)];
}

namespace internal {

template <class T>
consteval int dtype_code() {
  // By width and signedness, so that `long` and `long long` are both int64.
  if constexpr (std::is_same_v<T, bool>) {
    return static_cast<int>(DType::kBool);
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, char8_t> &&
                       !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t> &&
                       !std::is_same_v<T, wchar_t>) {
    const int log2_bytes = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
    return static_cast<int>(std::is_signed_v<T> ? DType::kInt8 : DType::kUInt8) + log2_bytes;
  } else if constexpr (std::is_same_v<T, float>) {
    return static_cast<int>(DType::kFloat32);
  } else if constexpr (std::is_same_v<T, double>) {
    return static_cast<int>(DType::kFloat64);
  } else if constexpr (std::is_same_v<T, std::complex<float>>) {
    return static_cast<int>(DType::kComplex64);
  } else if constexpr (std::is_same_v<T, std::complex<double>>) {
    return static_cast<int>(DType::kComplex128);
  } else {
    return -1;
  }
}

}  // namespace internal

/// What an array may hold: bool, integers of 8 to 64 bits, float, double and their complex types.
template <class T>
concept Element = std::same_as<T, std::remove_cv_t<T>> && internal::dtype_code<T>()
>= 0;

/// The `DType` of a C++ element type.
template <Element T>
inline constexpr DType dtype_of = static_cast<DType>(internal::dtype_code<T>());

}  // namespace cow

#endif  // COW_CORE_DTYPE_H_
