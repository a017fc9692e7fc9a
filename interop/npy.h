#ifndef COW_INTEROP_NPY_H_
#define COW_INTEROP_NPY_H_

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/core/layout.h"
#include "cow/interop/npy_format.h"

namespace cow {
namespace internal {

/// How the elements lie in the file, counted from the first.
inline Layout file_layout(const NpyHeader& header) {
  const Index itemsize = dtype_size_bytes(header.dtype);
  if (!header.fortran_order) return Layout::c_order(header.shape, itemsize);
  return reverse_axes(Layout::c_order(Dims(header.shape.rbegin(), header.shape.rend()), itemsize));
}

}  // namespace internal

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

/// How `load_npy` maps a file into memory.
enum class Mmap {
  /// Read-only arrays, as are all that share their elements; on memory that is shared with all who
  /// map the file. `copy()` gives one that may be written to.
  kReadOnly,
  /// Arrays that may be written to, in both modes; what is written never reaches the file.
  kCopyOnWrite,
};

/// The array in a .npy file, on the file's own bytes: nothing is read before it is touched, and
/// nothing allocated but pages that are written to. O(1), but for booleans, which are looked
/// through. The file may be deleted, or replaced as by `save_npy`: the array stays as it was; it
/// may not be written or cut short by others (see `NpyFile::map_copy_on_write`). The mapping ends
/// with the last array on it.
///
/// Errors: as `load_npy` of the path alone; and `kFailedPrecondition` for elements in another byte
/// order, elements that are not aligned in the file, and booleans that are neither 0 nor 1, which
/// `load_npy` of the path alone converts.
template <Element E>
absl::StatusOr<Array<E>> load_npy(const std::string& path, Mmap mmap) {
  const absl::StatusOr<NpyFile> file = NpyFile::open(path);
  if (!file.ok()) return file.status();
  if (absl::Status status = file->expect_dtype(dtype_of<E>); !status.ok()) return status;
  const Layout layout = internal::file_layout(file->header());
  const auto borrow_elements = [&layout](const auto& mapped) -> absl::StatusOr<Array<E>> {
    if (!mapped.ok()) return mapped.status();
    using Byte = typename std::remove_cvref_t<decltype(*mapped)>::element_type;
    using Data = std::conditional_t<std::is_const_v<Byte>, const E, E>;
    return borrow<E>(reinterpret_cast<Data*>(mapped->get()), layout, [owner = *mapped](Data*) {});
  };
  if (mmap == Mmap::kReadOnly) return borrow_elements(file->map_read_only());
  return borrow_elements(file->map_copy_on_write());
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
