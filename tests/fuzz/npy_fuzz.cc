// Any bytes as a .npy file: refused with an error that names the file, or an array whose elements
// are those in the bytes, and which saved and loaded again is the same.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <complex>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cow/interop/npy.h"
#include "cow/tests/fuzz/fuzz_input.h"

namespace cow::fuzz {
namespace {

using Bytes = std::span<const std::uint8_t>;

// A file in memory, with these contents.
class MemoryFile {
 public:
  explicit MemoryFile(Bytes contents) : descriptor_(memfd_create("npy_fuzz", MFD_CLOEXEC)) {
    if (descriptor_ < 0 || write(descriptor_, contents.data(), contents.size()) !=
                               static_cast<ssize_t>(contents.size())) {
      fail("cannot make a file in memory");
    }
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(descriptor_); }

  std::string path() const { return absl::StrCat("/proc/self/fd/", descriptor_); }

 private:
  const int descriptor_;
};

// Where arrays are saved: a file of this process, removed at its end.
class ScratchFile {
 public:
  ScratchFile() {
    const char* const given = std::getenv("TEST_TMPDIR");
    const std::filesystem::path folder =
        given != nullptr ? given : std::filesystem::temp_directory_path();
    path_ = folder / absl::StrCat("npy_fuzz-", getpid(), ".npy");
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() { unlink(path_.c_str()); }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

template <Element E>
const std::byte* element_at(const Array<E>& a, Index flat) {
  const internal::Node& node = a.handle().node();
  return node.address() + node.layout.displacement_of_flat(flat);
}

// Element number `flat` (C order) as the bytes of the file have it, in this machine's byte order.
std::vector<std::byte> element_in_file(Bytes file, const NpyHeader& header, Index flat) {
  Index position = flat;
  if (header.fortran_order) {
    Dims index(header.shape.size());
    for (std::size_t axis = index.size(); axis-- > 0; flat /= header.shape[axis]) {
      index[axis] = flat % header.shape[axis];
    }
    position = 0;
    for (std::size_t axis = index.size(); axis-- > 0;) {
      position = position * header.shape[axis] + index[axis];
    }
  }
  const Index item = dtype_size_bytes(header.dtype);
  const auto* const begin = reinterpret_cast<const std::byte*>(file.data()) + header.data_offset;
  std::vector<std::byte> bytes(begin + position * item, begin + (position + 1) * item);
  const bool is_complex = header.dtype == DType::kComplex64 || header.dtype == DType::kComplex128;
  const auto middle = bytes.begin() + (is_complex ? item / 2 : item);
  if (header.swap_bytes) {
    std::reverse(bytes.begin(), middle);
    std::reverse(middle, bytes.end());
  }
  if (header.dtype == DType::kBool) bytes[0] = std::byte{bytes[0] != std::byte{0}};
  return bytes;
}

template <Element E>
void check_same(const Array<E>& a, const Array<E>& b) {
  if (a.shape() != b.shape()) fail("the shape after save and load");
  for (Index i = 0; i < a.size(); ++i) {
    if (std::memcmp(element_at(a, i), element_at(b, i), sizeof(E)) != 0) {
      fail(absl::StrCat("element ", i, " after save and load"));
    }
  }
}

template <Element E>
void check_load(const std::string& path, Bytes file, const NpyHeader& header) {
  const absl::StatusOr<Array<E>> a = load_npy<E>(path);
  if (!a.ok()) fail(absl::StrCat("the header is fine, but: ", a.status().ToString()));
  if (a->shape() != Shape(header.shape)) fail("shape");
  for (Index i = 0; i < a->size(); ++i) {
    const std::vector<std::byte> expected = element_in_file(file, header, i);
    if (std::memcmp(element_at(*a, i), expected.data(), sizeof(E)) != 0) {
      fail(absl::StrCat("element ", i));
    }
  }
  static const ScratchFile scratch;
  const absl::Status saved = save_npy(scratch.path(), *a);
  if (!saved.ok()) fail(saved.ToString());
  const absl::StatusOr<Array<E>> again = load_npy<E>(scratch.path());
  if (!again.ok()) fail(again.status().ToString());
  check_same(*a, *again);
  if (header.shape.size() < 2) return;
  // Not in the order of the file.
  const Array<E> flipped = (*a)[slice(none, none, -1)];
  if (!save_npy(scratch.path(), flipped).ok()) fail("cannot save a view");
  const absl::StatusOr<Array<E>> flipped_again = load_npy<E>(scratch.path());
  if (!flipped_again.ok()) fail(flipped_again.status().ToString());
  check_same(flipped, *flipped_again);
}

using CheckLoad = void (*)(const std::string& path, Bytes file, const NpyHeader& header);

// In the order of DType.
constexpr CheckLoad kCheckLoad[kDTypeCount] = {check_load<bool>,
                                               check_load<std::int8_t>,
                                               check_load<std::int16_t>,
                                               check_load<std::int32_t>,
                                               check_load<std::int64_t>,
                                               check_load<std::uint8_t>,
                                               check_load<std::uint16_t>,
                                               check_load<std::uint32_t>,
                                               check_load<std::uint64_t>,
                                               check_load<float>,
                                               check_load<double>,
                                               check_load<std::complex<float>>,
                                               check_load<std::complex<double>>};

// What allocations may rely on.
void check_header(const NpyHeader& header, Index file_bytes) {
  if (header.data_offset < 0 || header.data_bytes < 0 || header.data_offset > file_bytes ||
      header.data_bytes > file_bytes - header.data_offset) {
    fail("elements outside of the file");
  }
  if (header.shape.size() > kMaxDims) fail("rank");
  for (Index extent : header.shape) {
    if (extent < 0) fail("negative extent");
  }
  if (element_count(header.shape) * dtype_size_bytes(header.dtype) != header.data_bytes) {
    fail("shape and number of bytes");
  }
}

// A mapping has the bytes that reading gives, or there is a reason why not.
void check_mapping(const NpyFile& npy) {
  const absl::StatusOr<std::shared_ptr<std::byte>> mapping = npy.map_copy_on_write();
  if (!mapping.ok()) {
    if (!absl::IsFailedPrecondition(mapping.status())) fail(mapping.status().ToString());
    return;
  }
  const std::size_t size = static_cast<std::size_t>(npy.header().data_bytes);
  std::vector<std::byte> read(size);
  if (const absl::Status status = npy.read(read.data()); !status.ok()) fail(status.ToString());
  if (!std::equal(read.begin(), read.end(), mapping->get())) fail("mapped bytes");
}

void check_file(Bytes file) {
  const Index size = static_cast<Index>(file.size());
  const absl::Span<const std::byte> prefix(reinterpret_cast<const std::byte*>(file.data()),
                                           std::min(file.size(), std::size_t{kNpyMaxPrefixBytes}));
  const absl::StatusOr<NpyHeader> header = parse_npy_header(prefix, size, "name");
  const MemoryFile memory(file);
  const absl::StatusOr<NpyFile> npy = NpyFile::open(memory.path());
  if (npy.ok() != header.ok()) fail("a file and its bytes differ");
  if (!header.ok()) {
    const std::string text(header.status().message());
    if (text.rfind("name: ", 0) != 0) fail("an error without the name: " + text);
    if (!absl::IsInvalidArgument(header.status()) && !absl::IsDataLoss(header.status())) {
      fail("kind of error: " + header.status().ToString());
    }
    return;
  }
  check_header(*header, size);
  // With one byte less there must be an error, if all were needed.
  if (header->data_offset + header->data_bytes == size &&
      parse_npy_header(prefix.first(std::min(prefix.size(), file.size() - 1)), size - 1, "").ok()) {
    fail("a file that was cut");
  }
  check_mapping(*npy);
  const auto dtype = static_cast<std::size_t>(header->dtype);
  if (load_npy<bool>(memory.path()).ok() != (header->dtype == DType::kBool)) {
    fail("another type of elements");
  }
  kCheckLoad[dtype](memory.path(), file, *header);
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cow::fuzz::check_file({data, size});
  return 0;
}
