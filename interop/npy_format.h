#ifndef COW_INTEROP_NPY_FORMAT_H_
#define COW_INTEROP_NPY_FORMAT_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "cow/core/dims.h"
#include "cow/core/dtype.h"
#include "cow/interop/npy_header.h"

namespace cow {

/// A .npy file open for reading, its header read and checked against its size. The text of every
/// error begins with the path.
class NpyFile {
 public:
  /// Opens the file and reads its header.
  ///
  /// Errors: `kNotFound` or what else the system says if it cannot be opened or read;
  /// `kFailedPrecondition` if it is a directory or another thing that is not a regular file; those
  /// of `parse_npy_header`.
  static absl::StatusOr<NpyFile> open(const std::string& path);

  NpyFile(NpyFile&& other) noexcept;
  NpyFile& operator=(NpyFile&& other) noexcept;
  ~NpyFile();

  const NpyHeader& header() const { return header_; }

  /// OK if the elements are of this type. Errors: `kInvalidArgument`.
  absl::Status expect_dtype(DType dtype) const;

  /// Reads all elements, `header().data_bytes` bytes, to `destination`: in the order of the file
  /// (see `header().fortran_order`), without gaps, in this machine's byte order, booleans as 0 or
  /// 1. May be called again.
  ///
  /// Errors: `kDataLoss` if the file has become shorter, or what the system says; the destination's
  /// content is then of no meaning.
  absl::Status read(std::byte* destination) const;

  /// All elements, in the order of the file, as memory that is read from the file when first
  /// touched. It may be written to; the file never changes. Lives longer than this object. What
  /// another program writes to the file may be seen or not; one that cuts it short ends this
  /// process with SIGBUS at the next touch. `write_npy` does neither: it makes a new file.
  ///
  /// Errors: `kFailedPrecondition` if the bytes in the file cannot be used as they are, because of
  /// their byte order or alignment or because a boolean is neither 0 nor 1; `kDataLoss` if the file
  /// has become shorter; what the system says. O(1), but for booleans, which it reads.
  absl::StatusOr<std::shared_ptr<std::byte>> map_copy_on_write() const;

  /// The same as memory that is shared with all who map the file, and that cannot be written to: an
  /// attempt ends the process with SIGSEGV.
  absl::StatusOr<std::shared_ptr<const std::byte>> map_read_only() const;

 private:
  NpyFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  absl::Status read_header();
  /// `protection` and `flags` are those of `mmap`.
  absl::StatusOr<std::shared_ptr<std::byte>> map(int protection, int flags) const;
  absl::Status check_length() const;

  int descriptor_;  // -1 if moved from
  std::string path_;
  NpyHeader header_{};
};

/// Writes an array to a .npy file, byte for byte as NumPy's `np.save` does: version 1.0, in Fortran
/// order if that and not C order is how the elements lie. `elements` is element (0, .., 0),
/// `strides` are in bytes and may be zero or negative. A path that is a symbolic link is followed.
///
/// A file that is there is replaced at once, by a file that is complete and on the disk, with its
/// permissions; one mapped or open elsewhere stays as it was there. Then the folder is synced, too,
/// where it may be read and the file system can, so that the new file outlives a loss of power. On
/// errors nothing changes and nothing is left behind.
///
/// Errors: `kFailedPrecondition` if `path` is something else than a regular file, or what the
/// system says; the text begins with the path. Allocates a block of limited size, unless the
/// elements lie without gaps in C or Fortran order.
absl::Status write_npy(const std::string& path, DType dtype, Shape shape,
                       absl::Span<const Index> strides, const std::byte* elements);

}  // namespace cow

#endif  // COW_INTEROP_NPY_FORMAT_H_
