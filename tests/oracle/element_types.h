#ifndef COW_TESTS_ORACLE_ELEMENT_TYPES_H_
#define COW_TESTS_ORACLE_ELEMENT_TYPES_H_

#include <charconv>
#include <complex>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "cow/core/dtype.h"

/// From the names and numbers of the facts to C++ types and values.
namespace cow::testing {

/// The element type of NumPy's name, such as "int64"; none if the library has none.
inline std::optional<DType> dtype_named(const std::string& name) {
  for (int code = 0; code < kDTypeCount; ++code) {
    if (name == dtype_name(static_cast<DType>(code))) return static_cast<DType>(code);
  }
  return std::nullopt;
}

/// `fn(std::type_identity<E>())` with `E` of this `DType`.
template <class Fn>
auto with_element_type(DType dtype, Fn fn) {
  switch (dtype) {
    case DType::kBool:
      return fn(std::type_identity<bool>());
    case DType::kInt8:
      return fn(std::type_identity<std::int8_t>());
    case DType::kInt16:
      return fn(std::type_identity<std::int16_t>());
    case DType::kInt32:
      return fn(std::type_identity<std::int32_t>());
    case DType::kInt64:
      return fn(std::type_identity<std::int64_t>());
    case DType::kUInt8:
      return fn(std::type_identity<std::uint8_t>());
    case DType::kUInt16:
      return fn(std::type_identity<std::uint16_t>());
    case DType::kUInt32:
      return fn(std::type_identity<std::uint32_t>());
    case DType::kUInt64:
      return fn(std::type_identity<std::uint64_t>());
    case DType::kFloat32:
      return fn(std::type_identity<float>());
    case DType::kFloat64:
      return fn(std::type_identity<double>());
    case DType::kComplex64:
      return fn(std::type_identity<std::complex<float>>());
    case DType::kComplex128:
      return fn(std::type_identity<std::complex<double>>());
  }
  throw std::logic_error("no such DType");
}

/// The number of a decimal text; a bool is 0 or 1.
/// Errors: `std::invalid_argument` if it is none of type `E`, which complex numbers never are.
template <Element E>
E element_of(const std::string& text) {
  const char* const end = text.data() + text.size();
  E value{};
  bool is_number = false;
  if constexpr (std::is_same_v<E, bool>) {
    is_number = text == "0" || text == "1";
    value = text == "1";
  } else if constexpr (std::is_arithmetic_v<E>) {
    const std::from_chars_result read = std::from_chars(text.data(), end, value);
    is_number = read.ec == std::errc() && read.ptr == end;
  }
  if (!is_number) {
    throw std::invalid_argument("malformed fact: " + text + " of type " + dtype_name(dtype_of<E>));
  }
  return value;
}

}  // namespace cow::testing

#endif  // COW_TESTS_ORACLE_ELEMENT_TYPES_H_
