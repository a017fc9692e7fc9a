#ifndef COW_INTEROP_NPY_H_
#define COW_INTEROP_NPY_H_

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/interop/npy_format.h"

namespace cow {

/// The array in a .npy file, in memory of its own, in the file's order of elements (C or Fortran).
/// O(size). Files of the other byte order are converted.
///
/// Errors, each beginning with the path: those of `NpyFile::open` and `NpyFile::read`, such as
/// `kNotFound` for a missing file, `kFailedPrecondition` for a directory, `kInvalidArgument` for a
/// malformed header, `kDataLoss` for a file that was cut; `kInvalidArgument` if the elements are of
/// another type than `E`. No memory: `std::bad_alloc`.
template <Element E>
absl::StatusOr<Array<E>> load_npy(const std::string& path) {
  absl::StatusOr<NpyFile> file = NpyFile::open(path);
  if (!file.ok()) return file.status();
  if (absl::Status status = file->expect_dtype(dtype_of<E>); !status.ok()) return status;
  const NpyHeader& header = file->header();
  Dims file_shape = header.shape;
  if (header.fortran_order) std::reverse(file_shape.begin(), file_shape.end());
  Array<E> elements = empty<E>(file_shape);
  if (absl::Status status = file->read(elements.handle().node().data); !status.ok()) return status;
  if (!header.fortran_order) return elements;
  return std::move(elements).T();
}

/// Writes `a` as NumPy's `np.save` does; a file that is there is replaced at once, by a complete
/// one. O(size). Errors: those of `write_npy`, the text begins with the path; nothing has changed
/// then.
template <Element E>
absl::Status save_npy(const std::string& path, const Array<E>& a) {
  const internal::Node& node = a.handle().node();
  const std::byte* elements = internal::begin_read(node, internal::AccessKind::kSave);
  return write_npy(path, dtype_of<E>, node.layout.shape(), node.layout.strides(), elements);
}

}  // namespace cow

#endif  // COW_INTEROP_NPY_H_
