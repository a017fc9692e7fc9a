#include "cow/interop/npy_format.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cow/core/iterate.h"

namespace cow {
namespace {

// Of errno, which is read first.
absl::Status system_error(const std::string& path, const char* what) {
  const int code = errno;
  return absl::ErrnoToStatus(code, absl::StrCat(path, ": ", what));
}

// Reads up to `size` bytes at `offset`, fewer at the end of the file only; -1 on error.
ssize_t read_fully(int descriptor, std::byte* out, std::size_t size, off_t offset) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got =
        pread(descriptor, out + done, size - done, offset + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(done);
}

bool is_complex(DType dtype) { return dtype == DType::kComplex64 || dtype == DType::kComplex128; }

void swap_byte_order(DType dtype, std::byte* data, Index bytes) {
  const Index unit = dtype_size_bytes(dtype) / (is_complex(dtype) ? 2 : 1);
  for (std::byte* at = data; at != data + bytes; at += unit) std::reverse(at, at + unit);
}

bool is_true_or_false(std::byte value) { return value <= std::byte{1}; }

}  // namespace

NpyFile::NpyFile(NpyFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      header_(std::move(other.header_)) {}

NpyFile& NpyFile::operator=(NpyFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  std::swap(header_, other.header_);
  return *this;
}

NpyFile::~NpyFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

absl::StatusOr<NpyFile> NpyFile::open(const std::string& path) {
  // Without O_NONBLOCK, a pipe would block until somebody writes to it.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return system_error(path, "cannot open");
  NpyFile file(descriptor, path);
  if (absl::Status status = file.read_header(); !status.ok()) return status;
  return file;
}

absl::Status NpyFile::read_header() {
  struct stat info;
  if (fstat(descriptor_, &info) != 0) return system_error(path_, "cannot read");
  if (S_ISDIR(info.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(path_, ": is a directory"));
  }
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(path_, ": is not a regular file"));
  }
  std::byte prefix[kNpyMaxPrefixBytes];
  const ssize_t length = read_fully(descriptor_, prefix, sizeof prefix, 0);
  if (length < 0) return system_error(path_, "cannot read");
  absl::StatusOr<NpyHeader> header =
      parse_npy_header({prefix, static_cast<std::size_t>(length)}, info.st_size, path_);
  if (!header.ok()) return header.status();
  header_ = *std::move(header);
  return absl::OkStatus();
}

absl::Status NpyFile::expect_dtype(DType dtype) const {
  if (header_.dtype == dtype) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      path_, ": has elements of type ", dtype_name(header_.dtype), ", not ", dtype_name(dtype)));
}

absl::Status NpyFile::read(std::byte* destination) const {
  const Index bytes = header_.data_bytes;
  const ssize_t length = read_fully(descriptor_, destination, bytes, header_.data_offset);
  if (length < 0) return system_error(path_, "cannot read");
  if (length < bytes) {
    return absl::DataLossError(absl::StrCat(path_, ": the file has become shorter: ", length,
                                            " of ", bytes, " bytes of elements are left"));
  }
  if (header_.swap_bytes) swap_byte_order(header_.dtype, destination, bytes);
  if (header_.dtype == DType::kBool) {
    const auto normalized = [](std::byte value) { return std::byte{value != std::byte{0}}; };
    std::transform(destination, destination + bytes, destination, normalized);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<std::byte>> NpyFile::map_copy_on_write() const {
  return map(PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

absl::StatusOr<std::shared_ptr<const std::byte>> NpyFile::map_read_only() const {
  return map(PROT_READ, MAP_SHARED);
}

// A page beyond the end of the file cannot be touched.
absl::Status NpyFile::check_length() const {
  struct stat info;
  if (fstat(descriptor_, &info) != 0) return system_error(path_, "cannot map");
  if (info.st_size >= header_.data_offset + header_.data_bytes) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(path_, ": the file has become shorter"));
}

absl::StatusOr<std::shared_ptr<std::byte>> NpyFile::map(int protection, int flags) const {
  const auto unusable = [this](const char* why) {
    return absl::FailedPreconditionError(absl::StrCat(path_, ": cannot be mapped: ", why));
  };
  if (header_.swap_bytes) return unusable("the elements are in another byte order");
  const Index part_bytes = dtype_size_bytes(header_.dtype) / (is_complex(header_.dtype) ? 2 : 1);
  if (header_.data_offset % part_bytes != 0) return unusable("the elements are not aligned");
  if (absl::Status status = check_length(); !status.ok()) return status;
  // Not the elements alone: a mapping begins at a page.
  const std::size_t length = header_.data_offset + header_.data_bytes;
  void* const start = mmap(nullptr, length, protection, flags, descriptor_, 0);
  if (start == MAP_FAILED) return system_error(path_, "cannot map");
  const std::shared_ptr<void> mapping(start, [length](void* begin) { munmap(begin, length); });
  std::byte* const elements = static_cast<std::byte*>(start) + header_.data_offset;
  if (header_.dtype == DType::kBool &&
      !std::all_of(elements, elements + header_.data_bytes, is_true_or_false)) {
    return unusable("there are booleans that are neither 0 nor 1");
  }
  return std::shared_ptr<std::byte>(mapping, elements);
}

namespace {

constexpr std::size_t kBlockBytes = 1 << 18;

// A file that takes the place of the one at a path when it is complete, and else vanishes.
class Replacement {
 public:
  explicit Replacement(const std::string& path) : path_(path), target_(path) {}
  Replacement(const Replacement&) = delete;
  Replacement& operator=(const Replacement&) = delete;

  ~Replacement() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!temporary_.empty()) unlink(temporary_.c_str());
  }

  absl::Status create() {
    mode_t mode = 0;
    if (absl::Status status = inspect_target(&mode); !status.ok()) return status;
    const std::filesystem::path folder = std::filesystem::path(target_).parent_path();
    // Attempts fail only where processes before this one left files of these names behind.
    static std::atomic<unsigned> next_number{0};
    do {
      temporary_ = folder / absl::StrCat(".npy-", getpid(), "-", next_number++, ".tmp");
      descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (descriptor_ < 0 && errno == EEXIST);
    if (descriptor_ < 0) {
      temporary_.clear();
      return system_error(path_, "cannot create");
    }
    if (mode != 0 && fchmod(descriptor_, mode) != 0) return system_error(path_, "cannot create");
    return absl::OkStatus();
  }

  absl::Status write(const void* data, std::size_t size) {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
      const ssize_t done = ::write(descriptor_, at, size);
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) return system_error(path_, "cannot write");
      at += done;
      size -= static_cast<std::size_t>(done);
    }
    return absl::OkStatus();
  }

  absl::Status commit() {
    if (fsync(descriptor_) != 0) return system_error(path_, "cannot write");
    if (rename(temporary_.c_str(), target_.c_str()) != 0) {
      return system_error(path_, "cannot replace");
    }
    temporary_.clear();
    sync_folder();
    return absl::OkStatus();
  }

 private:
  // Follows links, and sets `mode` to the permissions of the file that is there, if any.
  absl::Status inspect_target(mode_t* mode) {
    struct stat info;
    if (stat(path_.c_str(), &info) != 0) {
      return errno == ENOENT ? absl::OkStatus() : system_error(path_, "cannot create");
    }
    if (!S_ISREG(info.st_mode)) {
      return absl::FailedPreconditionError(
          absl::StrCat(path_, ": is not a regular file, so it cannot be replaced"));
    }
    if (access(path_.c_str(), W_OK) != 0) return system_error(path_, "cannot write");
    *mode = info.st_mode & 07777;
    const std::unique_ptr<char, void (*)(void*)> real(realpath(path_.c_str(), nullptr), std::free);
    if (real == nullptr) return system_error(path_, "cannot create");
    target_ = real.get();
    return absl::OkStatus();
  }

  // Puts the new name on the disk, as far as the system lets us: the file is replaced either way.
  void sync_folder() const {
    const std::filesystem::path folder = std::filesystem::path(target_).parent_path();
    const int opened =
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return;
    fsync(opened);
    close(opened);
  }

  const std::string path_;
  std::string target_;
  std::string temporary_;
  int descriptor_ = -1;
};

bool is_empty(Shape shape) { return std::find(shape.begin(), shape.end(), 0) != shape.end(); }

bool lies_in_order(Shape shape, absl::Span<const Index> strides, Index item_bytes, bool fortran) {
  Index expected = item_bytes;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::size_t axis = fortran ? i : shape.size() - 1 - i;
    if (shape[axis] != 1 && strides[axis] != expected) return false;
    expected *= shape[axis];
  }
  return true;
}

// Writes strided elements in C order, by way of a block.
class StridedWriter {
 public:
  StridedWriter(Shape shape, absl::Span<const Index> strides, Index item_bytes, Replacement* file)
      : shape_(shape),
        strides_(strides),
        block_strides_(shape.size()),
        item_bytes_(item_bytes),
        file_(file),
        block_(kBlockBytes) {
    Index bytes = item_bytes;
    for (std::size_t axis = shape.size(); axis-- > 0; bytes *= shape[axis]) {
      block_strides_[axis] = bytes;
    }
  }

  absl::Status write(const std::byte* elements) {
    absl::Status status = write_axis(0, elements);
    return status.ok() ? flush() : status;
  }

 private:
  absl::Status write_axis(std::size_t axis, const std::byte* data) {
    const Index each = block_strides_[axis];
    const Index at_once = static_cast<Index>(kBlockBytes) / each;
    for (Index i = 0; i < shape_[axis];) {
      const std::byte* const from = data + i * strides_[axis];
      const Index count = std::min(at_once, shape_[axis] - i);
      const absl::Status status =
          count > 0 ? append(axis, count, from) : write_axis(axis + 1, from);
      if (!status.ok()) return status;
      i += std::max<Index>(count, 1);
    }
    return absl::OkStatus();
  }

  // Copies `count` items of `axis`, which fit in a block.
  absl::Status append(std::size_t axis, Index count, const std::byte* from) {
    const std::size_t bytes = static_cast<std::size_t>(count * block_strides_[axis]);
    if (bytes > kBlockBytes - used_) {
      if (absl::Status status = flush(); !status.ok()) return status;
    }
    Dims part(shape_.begin() + axis, shape_.end());
    part[0] = count;
    const absl::Span<const Index> block_strides(block_strides_);
    // The source is only read: an operand serves both directions.
    internal::copy_elements(part, item_bytes_, {block_.data() + used_, block_strides.subspan(axis)},
                            {const_cast<std::byte*>(from), strides_.subspan(axis)});
    used_ += bytes;
    return absl::OkStatus();
  }

  absl::Status flush() { return file_->write(block_.data(), std::exchange(used_, 0)); }

  const Shape shape_;
  const absl::Span<const Index> strides_;
  Dims block_strides_;  // of the elements in C order
  const Index item_bytes_;
  Replacement* const file_;
  std::vector<std::byte> block_;
  std::size_t used_ = 0;
};

absl::Status write_elements(Shape shape, absl::Span<const Index> strides, Index item_bytes,
                            bool in_order, const std::byte* elements, Replacement* file) {
  Index bytes = item_bytes;
  for (const Index extent : shape) bytes *= extent;
  if (in_order) return file->write(elements, static_cast<std::size_t>(bytes));
  return StridedWriter(shape, strides, item_bytes, file).write(elements);
}

}  // namespace

absl::Status write_npy(const std::string& path, DType dtype, Shape shape,
                       absl::Span<const Index> strides, const std::byte* elements) {
  const Index item_bytes = dtype_size_bytes(dtype);
  const bool empty = is_empty(shape);
  const bool c_order = empty || lies_in_order(shape, strides, item_bytes, /*fortran=*/false);
  const bool fortran = !c_order && lies_in_order(shape, strides, item_bytes, /*fortran=*/true);
  const std::string header = npy_header_bytes(dtype, shape, fortran);
  Replacement file(path);
  absl::Status status = file.create();
  if (status.ok()) status = file.write(header.data(), header.size());
  if (status.ok() && !empty) {
    status = write_elements(shape, strides, item_bytes, c_order || fortran, elements, &file);
  }
  if (status.ok()) status = file.commit();
  return status;
}

}  // namespace cow
