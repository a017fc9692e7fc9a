#include "cow/core/format_element.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "cow/core/format_float.h"

namespace cow::internal {
namespace {

constexpr std::size_t kMaxIntegerLength = 20;  // of a 64-bit integer with its sign

Cells format_bools(const std::byte* elements, std::size_t count, bool padded) {
  const std::size_t width = padded || elements[0] == std::byte{0} ? 5 : 4;
  Cells cells{std::string(), width};
  cells.text.reserve(count * width);
  for (std::size_t i = 0; i < count; ++i) {
    cells.text += elements[i] == std::byte{0} ? "False" : padded ? " True" : "True";
  }
  return cells;
}

template <class Integer>
std::size_t integer_length(Integer value) {
  char text[kMaxIntegerLength];
  return std::to_chars(text, text + sizeof text, value).ptr - text;
}

template <class Integer>
Cells format_integers(const std::byte* elements, std::size_t count) {
  const auto* values = reinterpret_cast<const Integer*>(elements);
  const auto [least, greatest] = std::minmax_element(values, values + count);
  const std::size_t width = std::max(integer_length(*least), integer_length(*greatest));
  Cells cells{std::string(count * width, ' '), width};
  char* out = cells.text.data();
  for (std::size_t i = 0; i < count; ++i, out += width) {
    char* const end = std::to_chars(out, out + width, values[i]).ptr;
    std::rotate(out, end, out + width);  // to the right of its cell
  }
  return cells;
}

template <class Real>
Cells format_floats(const std::byte* elements, std::size_t count) {
  const FloatColumn<Real> column(reinterpret_cast<const Real*>(elements), count, 1, false);
  Cells cells{std::string(count * column.width(), ' '), column.width()};
  for (std::size_t i = 0; i < count; ++i) column.write(i, cells.text.data() + i * cells.width);
  return cells;
}

template <class Real>
Cells format_complexes(const std::byte* elements, std::size_t count) {
  const auto* parts = reinterpret_cast<const Real*>(elements);
  const FloatColumn<Real> real(parts, count, 2, false);
  const FloatColumn<Real> imag(parts + 1, count, 2, true);
  const std::size_t width = real.width() + imag.width() + 1;
  Cells cells{std::string(count * width, ' '), width};
  for (std::size_t i = 0; i < count; ++i) {
    char* out = cells.text.data() + i * width;
    real.write(i, out);
    imag.write(i, out + real.width());
    // The j follows the last digit, before the column's padding.
    char* last = out + width - 2;
    while (*last == ' ') --last;
    last[1] = 'j';
  }
  return cells;
}

template <class Real>
std::string float_scalar(const std::byte* element) {
  std::string text;
  append_float_scalar(*reinterpret_cast<const Real*>(element), false, true, &text);
  return text;
}

template <class Real>
std::string complex_scalar(const std::byte* element) {
  const auto* parts = reinterpret_cast<const Real*>(element);
  std::string text;
  if (parts[0] == 0 && !std::signbit(parts[0])) {
    append_float_scalar(parts[1], false, false, &text);
    return text + 'j';
  }
  text += '(';
  append_float_scalar(parts[0], false, false, &text);
  append_float_scalar(parts[1], true, false, &text);
  return text + "j)";
}

}  // namespace

Cells format_cells(DType dtype, const std::byte* elements, std::size_t count, bool padded_bool) {
  switch (dtype) {
    case DType::kBool:
      return format_bools(elements, count, padded_bool);
    case DType::kInt8:
      return format_integers<std::int8_t>(elements, count);
    case DType::kInt16:
      return format_integers<std::int16_t>(elements, count);
    case DType::kInt32:
      return format_integers<std::int32_t>(elements, count);
    case DType::kInt64:
      return format_integers<std::int64_t>(elements, count);
    case DType::kUInt8:
      return format_integers<std::uint8_t>(elements, count);
    case DType::kUInt16:
      return format_integers<std::uint16_t>(elements, count);
    case DType::kUInt32:
      return format_integers<std::uint32_t>(elements, count);
    case DType::kUInt64:
      return format_integers<std::uint64_t>(elements, count);
    case DType::kFloat32:
      return format_floats<float>(elements, count);
    case DType::kFloat64:
      return format_floats<double>(elements, count);
    case DType::kComplex64:
      return format_complexes<float>(elements, count);
    case DType::kComplex128:
      return format_complexes<double>(elements, count);
  }
  return {};
}

std::string format_scalar(DType dtype, const std::byte* element) {
  switch (dtype) {
    case DType::kFloat32:
      return float_scalar<float>(element);
    case DType::kFloat64:
      return float_scalar<double>(element);
    case DType::kComplex64:
      return complex_scalar<float>(element);
    case DType::kComplex128:
      return complex_scalar<double>(element);
    default:  // alone in its column, any other element needs no padding
      return format_cells(dtype, element, 1, /*padded_bool=*/false).text;
  }
}

}  // namespace cow::internal
