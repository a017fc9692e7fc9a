#ifndef COW_INTEROP_NPY_HEADER_H_
#define COW_INTEROP_NPY_HEADER_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "cow/core/dims.h"
#include "cow/core/dtype.h"

namespace cow {

/// What the header of a .npy file says of the array in it.
struct NpyHeader {
  DType dtype;
  /// The elements are in the other byte order than this machine's.
  bool swap_bytes;
  /// The first index varies fastest: the elements in file order are the transposed array's.
  bool fortran_order;
  Dims shape;
  /// Where in the file the elements begin, and how many bytes they take.
  Index data_offset;
  Index data_bytes;
};

/// As much of the beginning of a file as `parse_npy_header` ever looks at. Longer headers are
/// refused, as by NumPy.
inline constexpr Index kNpyMaxPrefixBytes = 10012;

/// Reads the header of a .npy file of version 1.0, 2.0 or 3.0. `prefix` is the file's beginning,
/// the whole file or at least `kNpyMaxPrefixBytes` of it; `file_bytes` is the size of the file.
/// `name` begins the text of every error. The shape returned is one whose elements are all in the
/// file, so that memory for them may be allocated.
///
/// Errors: `kInvalidArgument` if this is no .npy file, its header is malformed, or its elements are
/// of a type that is not in `DType`; `kDataLoss` if the file ends too early.
absl::StatusOr<NpyHeader> parse_npy_header(absl::Span<const std::byte> prefix, Index file_bytes,
                                           const std::string& name);

/// The beginning of a .npy file of version 1.0, up to the elements, byte for byte as NumPy writes
/// it. The elements are to follow in this machine's byte order.
std::string npy_header_bytes(DType dtype, Shape shape, bool fortran_order);

}  // namespace cow

#endif  // COW_INTEROP_NPY_HEADER_H_
