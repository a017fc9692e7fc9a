#include "cow/core/large_arrays.h"

#include <sys/mman.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "cow/core/own_pages.h"
#include "cow/core/page_file.h"
#include "cow/core/page_size.h"

namespace cow {
namespace {

constinit std::atomic<LargeArrays> wanted{LargeArrays::kLazyCopies};
constinit std::atomic<std::ptrdiff_t> wanted_bytes{kLargeArrayBytes};

/// Whether the system lets processes have no more memory than there is. Then a page could be
/// refused when it is written, which ends the process.
bool memory_is_rationed() {
  std::ifstream setting("/proc/sys/vm/overcommit_memory");
  int value = 0;
  return (setting >> value) && value == 2;
}

/// Two private mappings of a sealed file keep what is written to themselves, and the system tells
/// which of their pages were.
bool private_mappings_work() {
  const std::size_t page = internal::page_size();
  const std::size_t bytes = 2 * page;
  const std::shared_ptr<internal::PageFile> file = internal::PageFile::make(bytes);
  if (file == nullptr) return false;
  const auto map = [&](int flags) {
    return mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags, file->descriptor(), 0);
  };
  void* const filled = map(MAP_SHARED);
  if (filled == MAP_FAILED) return false;
  std::memset(filled, 1, bytes);
  munmap(filled, bytes);
  if (!file->seal()) return false;
  void* const first = map(MAP_PRIVATE | MAP_NORESERVE);
  void* const second = map(MAP_PRIVATE | MAP_NORESERVE);
  bool works = first != MAP_FAILED && second != MAP_FAILED;
  if (works) {
    auto* const written = static_cast<std::byte*>(first);
    const auto* const other = static_cast<const std::byte*>(second);
    written[page] = std::byte{2};
    std::vector<internal::PageRun> runs;
    works = other[page] == std::byte{1} && written[0] == std::byte{1} &&
            internal::find_own_pages(written, bytes, &runs) && runs.size() == 1 &&
            runs[0].begin == written + page && runs[0].size == page &&
            internal::find_own_pages(other, bytes, &runs) && runs.empty();
  }
  if (first != MAP_FAILED) munmap(first, bytes);
  if (second != MAP_FAILED) munmap(second, bytes);
  return works;
}

}  // namespace

void set_large_arrays(LargeArrays kind, std::ptrdiff_t least_bytes) {
  wanted.store(kind, std::memory_order_relaxed);
  wanted_bytes.store(least_bytes, std::memory_order_relaxed);
}

std::ptrdiff_t large_array_bytes() { return wanted_bytes.load(std::memory_order_relaxed); }

LargeArrays large_arrays() {
  const LargeArrays kind = wanted.load(std::memory_order_relaxed);
  if (kind != LargeArrays::kLazyCopies) return kind;
  static const bool works = !memory_is_rationed() && private_mappings_work();
  return works ? kind : LargeArrays::kEagerCopies;
}

}  // namespace cow
