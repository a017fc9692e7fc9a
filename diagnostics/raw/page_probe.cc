#include "cow/diagnostics/raw/page_probe.h"

#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "absl/strings/str_cat.h"

namespace cow::alsan {
namespace {

// Of the kernel's headers, which may be older than the kernel.
constexpr std::uint64_t kUserModeOnly = 1;
constexpr std::uint64_t kFeatureWpUnpopulated = 1 << 13;
constexpr std::uint64_t kFeatureWpAsync = 1 << 15;

struct PagemapScan {
  std::uint64_t size;
  std::uint64_t flags;
  std::uint64_t start;
  std::uint64_t end;
  std::uint64_t walk_end;
  std::uint64_t regions;
  std::uint64_t region_count;
  std::uint64_t max_pages;
  std::uint64_t category_inverted;
  std::uint64_t category_mask;
  std::uint64_t category_anyof_mask;
  std::uint64_t return_mask;
};
struct PageRegion {
  std::uint64_t start;
  std::uint64_t end;
  std::uint64_t categories;
};
constexpr unsigned long kPagemapScan = _IOWR('f', 16, PagemapScan);
constexpr std::uint64_t kScanWriteProtects = 1 << 0;
constexpr std::uint64_t kScanChecksAsync = 1 << 1;
constexpr std::uint64_t kPageIsWritten = 1 << 1;

int fault_fd = -1;
int pagemap_fd = -1;
// Both refer to the memory of the process that opened them.
constinit std::atomic<bool> is_ours{false};

uffdio_range pages_as_range(const WatchedMemory& watched) {
  const ByteSpan pages = watched.pages();
  return {reinterpret_cast<std::uint64_t>(pages.begin), pages.size()};
}

ByteSpan whole_pages(const WatchedMemory& watched, ByteSpan range) {
  const ByteSpan all = watched.pages();
  const std::uintptr_t page = page_bytes();
  const auto begin = reinterpret_cast<std::uintptr_t>(std::max(range.begin, all.begin));
  const auto end = reinterpret_cast<std::uintptr_t>(std::min(range.end, all.end));
  return {reinterpret_cast<std::byte*>(begin / page * page),
          reinterpret_cast<std::byte*>((end + page - 1) / page * page)};
}

std::string open_both() {
  const auto told = [](const char* what) { return absl::StrCat(what, ": ", strerror(errno)); };
  fault_fd = static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | kUserModeOnly));
  if (fault_fd < 0) return told("userfaultfd");
  uffdio_api api = {};
  api.api = UFFD_API;
  api.features = kFeatureWpAsync | kFeatureWpUnpopulated;
  if (ioctl(fault_fd, UFFDIO_API, &api) != 0) return "the kernel has no userfaultfd WP_ASYNC";
  pagemap_fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (pagemap_fd < 0) return told("/proc/self/pagemap");
  return "";
}

/// Writes to a page of its own.
std::string try_it() {
  void* const mapped =
      mmap(nullptr, page_bytes(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return "there is no memory to try it";
  auto* const page = static_cast<std::byte*>(mapped);
  std::string trouble = "a write to a page was not told";
  if (WatchedMemory* watched = watch_memory(page, page_bytes(), 1)) {
    if (!probe_pages(*watched)) trouble = absl::StrCat("no page can be probed: ", strerror(errno));
    const auto before = take_written(*watched, watched->pages());
    *static_cast<volatile std::byte*>(page) = std::byte{1};
    const auto after = take_written(*watched, watched->pages());
    const auto again = take_written(*watched, watched->pages());
    if (before && before->empty() && after && after->size() == 1 && again && again->empty()) {
      trouble.clear();
    }
    stop_probing(*watched);
    unwatch_memory(watched);
  }
  munmap(mapped, page_bytes());
  return trouble;
}

}  // namespace

std::string start_page_probe() {
  static const std::string trouble = [] {
    std::string found = open_both();
    if (!found.empty()) return found;
    is_ours = true;
    pthread_atfork(nullptr, nullptr, [] { is_ours = false; });
    found = try_it();
    if (!found.empty()) is_ours = false;
    return found;
  }();
  return trouble;
}

bool probe_pages(const WatchedMemory& watched) {
  if (!is_ours) return false;
  uffdio_register registration = {};
  registration.range = pages_as_range(watched);
  registration.mode = UFFDIO_REGISTER_MODE_WP;
  if (ioctl(fault_fd, UFFDIO_REGISTER, &registration) != 0) return false;
  uffdio_writeprotect protection = {};
  protection.range = registration.range;
  protection.mode = UFFDIO_WRITEPROTECT_MODE_WP;
  if (ioctl(fault_fd, UFFDIO_WRITEPROTECT, &protection) == 0) return true;
  stop_probing(watched);
  return false;
}

void stop_probing(const WatchedMemory& watched) {
  if (!is_ours) return;
  uffdio_range range = pages_as_range(watched);
  ioctl(fault_fd, UFFDIO_UNREGISTER, &range);
}

std::optional<std::vector<ByteSpan>> take_written(const WatchedMemory& watched, ByteSpan range) {
  std::vector<ByteSpan> written;
  if (!is_ours) return std::nullopt;
  const ByteSpan pages = whole_pages(watched, range);
  std::array<PageRegion, 64> regions;
  auto at = reinterpret_cast<std::uint64_t>(pages.begin);
  const auto end = reinterpret_cast<std::uint64_t>(pages.end);
  while (at < end) {
    PagemapScan scan = {};
    scan.size = sizeof(scan);
    scan.flags = kScanWriteProtects | kScanChecksAsync;
    scan.start = at;
    scan.end = end;
    scan.regions = reinterpret_cast<std::uint64_t>(regions.data());
    scan.region_count = regions.size();
    scan.category_mask = kPageIsWritten;
    scan.return_mask = kPageIsWritten;
    const int count = ioctl(pagemap_fd, kPagemapScan, &scan);
    if (count < 0 || scan.walk_end <= at) return std::nullopt;
    for (int i = 0; i < count; ++i) {
      const PageRegion& region = regions[static_cast<std::size_t>(i)];
      written.push_back(
          {reinterpret_cast<std::byte*>(region.start), reinterpret_cast<std::byte*>(region.end)});
    }
    at = scan.walk_end;
  }
  return written;
}

}  // namespace cow::alsan
