#ifndef COW_CORE_FORMAT_ELEMENT_H_
#define COW_CORE_FORMAT_ELEMENT_H_

#include <cstddef>
#include <string>

#include "cow/core/dtype.h"

namespace cow::internal {

/// The texts of several elements, all `width` characters wide, one after the other.
struct Cells {
  std::string text;
  std::size_t width;
};

/// Texts of the `count` elements of `dtype` packed at `elements` (aligned as the element type), as
/// NumPy aligns them within one array: in columns of equal width, floats with at most 8 digits
/// after the point, all in positional or all in scientific notation. `padded_bool`: `True` gets a
/// leading space, as everywhere but in 0-d arrays.
Cells format_cells(DType dtype, const std::byte* elements, std::size_t count, bool padded_bool);

/// Text of the one element of `dtype` at `element` (aligned as the element type), as NumPy's `str`
/// gives it for a scalar: floats with as many digits as tell them apart.
std::string format_scalar(DType dtype, const std::byte* element);

}  // namespace cow::internal

#endif  // COW_CORE_FORMAT_ELEMENT_H_
