#include "cow/core/own_pages.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <new>

#include "cow/core/page_size.h"

namespace cow::internal {
namespace {

/// Linux's `struct pm_scan_arg` and `struct page_region`
/// (Documentation/admin-guide/mm/pagemap.rst), which the headers of kernels before 6.7 do not have.
struct ScanRegion {
  std::uint64_t start;
  std::uint64_t end;
  std::uint64_t categories;
};
struct ScanRequest {
  std::uint64_t size = sizeof(ScanRequest);
  std::uint64_t flags = 0;
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t walk_end = 0;
  std::uint64_t regions = 0;
  std::uint64_t region_count = 0;
  std::uint64_t max_pages = 0;
  std::uint64_t category_inverted = 0;
  std::uint64_t category_mask = 0;
  std::uint64_t category_anyof_mask = 0;
  std::uint64_t return_mask = 0;
};
constexpr std::uint64_t kIsFile = 1 << 2;
constexpr std::uint64_t kIsPresent = 1 << 3;
constexpr std::uint64_t kIsSwapped = 1 << 4;
const unsigned long kScanPages = _IOWR('f', 16, ScanRequest);

/// Bits of an entry of /proc/self/pagemap.
constexpr std::uint64_t kEntryPresent = std::uint64_t{1} << 63;
constexpr std::uint64_t kEntrySwapped = std::uint64_t{1} << 62;
constexpr std::uint64_t kEntryOfFile = std::uint64_t{1} << 61;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  void keep_open() { number_ = -1; }

 private:
  int number_;
};

/// Where the number of a descriptor is kept, plus one; null if the system does not clear memory at
/// a fork.
std::atomic<int>* kept_descriptor() {
  static std::atomic<int>* const place = []() -> std::atomic<int>* {
    void* const page =
        mmap(nullptr, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return nullptr;
    if (madvise(page, page_size(), MADV_WIPEONFORK) == 0) return ::new (page) std::atomic<int>(0);
    munmap(page, page_size());
    return nullptr;
  }();
  return place;
}

/// This process's page tables.
int open_page_map() { return open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC); }

void add(std::uint64_t begin, std::uint64_t end, std::vector<PageRun>* runs) {
  auto* const first = reinterpret_cast<std::byte*>(begin);
  if (!runs->empty() && runs->back().begin + runs->back().size == first) {
    runs->back().size += end - begin;
  } else {
    runs->push_back({first, end - begin});
  }
}

bool scan_own_pages(int page_map, const std::byte* begin, std::size_t size,
                    std::vector<PageRun>* runs) {
  runs->clear();
  std::array<ScanRegion, 256> regions{};  // for valgrind, which does not know the call
  ScanRequest request;
  request.start = reinterpret_cast<std::uint64_t>(begin);
  request.end = request.start + size;
  request.regions = reinterpret_cast<std::uint64_t>(regions.data());
  request.region_count = regions.size();
  // In memory or swapped out, and not the file's.
  request.category_inverted = kIsFile;
  request.category_mask = kIsFile;
  request.category_anyof_mask = kIsPresent | kIsSwapped;
  request.return_mask = kIsPresent;
  while (request.start < request.end) {
    const int found = ioctl(page_map, kScanPages, &request);
    if (found < 0 && errno == EINTR) continue;
    if (found < 0) return false;
    for (int i = 0; i < found; ++i) {
      add(regions[static_cast<std::size_t>(i)].start, regions[static_cast<std::size_t>(i)].end,
          runs);
    }
    request.start = request.walk_end;
  }
  return true;
}

}  // namespace

bool find_own_pages(const std::byte* begin, std::size_t size, std::vector<PageRun>* runs) {
  // Opening the page tables costs more than a look through a small array. A child process finds no
  // descriptor kept, which would show its parent's pages; one that somebody closed, and whose
  // number may be another file's by now, knows no such request.
  std::atomic<int>* const kept = kept_descriptor();
  int number = kept != nullptr ? kept->load(std::memory_order_relaxed) : 0;
  if (number > 0 && scan_own_pages(number - 1, begin, size, runs)) return true;
  Descriptor opened(open_page_map());
  if (!scan_own_pages(opened.number(), begin, size, runs)) {
    return read_own_pages(begin, size, runs);
  }
  if (kept != nullptr && kept->compare_exchange_strong(number, opened.number() + 1)) {
    opened.keep_open();
  }
  return true;
}

bool read_own_pages(const std::byte* begin, std::size_t size, std::vector<PageRun>* runs) {
  runs->clear();
  const Descriptor page_map(open_page_map());
  const std::uint64_t page = page_size();
  const std::uint64_t first = reinterpret_cast<std::uint64_t>(begin) / page;
  const std::uint64_t count = size / page;
  std::array<std::uint64_t, 512> entries;
  for (std::uint64_t done = 0; done < count;) {
    const std::size_t wanted = std::min<std::uint64_t>(entries.size(), count - done);
    const ssize_t got = pread(page_map.number(), entries.data(), wanted * sizeof(entries[0]),
                              static_cast<off_t>((first + done) * sizeof(entries[0])));
    if (got < 0 && errno == EINTR) continue;
    if (got < static_cast<ssize_t>(sizeof(entries[0]))) return false;
    const std::uint64_t read = static_cast<std::uint64_t>(got) / sizeof(entries[0]);
    for (std::uint64_t i = 0; i < read; ++i) {
      const std::uint64_t entry = entries[i];
      if ((entry & (kEntryPresent | kEntrySwapped)) == 0 || (entry & kEntryOfFile) != 0) continue;
      add((first + done + i) * page, (first + done + i + 1) * page, runs);
    }
    done += read;
  }
  return true;
}

std::size_t bytes_of(const std::vector<PageRun>& runs) {
  std::size_t bytes = 0;
  for (const PageRun& run : runs) bytes += run.size;
  return bytes;
}

}  // namespace cow::internal
