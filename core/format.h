#ifndef COW_CORE_FORMAT_H_
#define COW_CORE_FORMAT_H_

#include <cstddef>
#include <string>

#include "absl/types/span.h"
#include "cow/core/dims.h"
#include "cow/core/dtype.h"

namespace cow {

/// A strided array as the formatter sees it. Owns nothing.
struct FormatInput {
  /// What the elements are.
  DType dtype;
  /// Element (0, .., 0); need not be aligned, may be null if the array has no elements.
  const std::byte* data;
  /// Extents, none negative; empty for a 0-d array.
  absl::Span<const Index> shape;
  /// Bytes from one element to the next, one per axis; may be zero or negative.
  absl::Span<const Index> strides;
};

/// The array as NumPy's `str(a)` shows it under the default print options (precision 8, 75
/// columns, more than 1000 elements summarised by 3 at each edge), digit for digit. A 0-d array
/// is shown as its element alone, with all digits that tell it apart.
///
/// Reads, and costs time and memory for, the elements shown only.
/// Throws `std::length_error` or `std::bad_alloc` if even these do not fit in memory (6 to the rank
/// are shown, at most, of an array that is summarised).
std::string format_str(const FormatInput& input);

/// The array as NumPy's `repr(a)` shows it: `array([1, 2], dtype=int32)`, the element type left
/// out where the elements imply it. Otherwise as `format_str`.
std::string format_repr(const FormatInput& input);

}  // namespace cow

#endif  // COW_CORE_FORMAT_H_
