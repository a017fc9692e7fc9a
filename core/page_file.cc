#include "cow/core/page_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <utility>

namespace cow::internal {
namespace {

constinit std::atomic<rlim_t> open_files{0};

/// The rest is the program's.
rlim_t most_open_files() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur / 2 : 0;
}

}  // namespace

std::shared_ptr<PageFile> PageFile::make(std::size_t bytes) {
  if (open_files.load(std::memory_order_relaxed) >= most_open_files()) return nullptr;
  const int descriptor = memfd_create("cow_array", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) return nullptr;
  auto file = std::make_shared<PageFile>(descriptor);
  if (ftruncate(descriptor, static_cast<off_t>(bytes)) != 0) return nullptr;
  return file;
}

PageFile::PageFile(int descriptor) : descriptor_(descriptor) {
  open_files.fetch_add(1, std::memory_order_relaxed);
}

PageFile::~PageFile() {
  close(descriptor_);
  open_files.fetch_sub(1, std::memory_order_relaxed);
}

bool PageFile::take_pages(std::size_t bytes) const {
  // The kernel drops what it did if a signal comes: little at a time, or a timer's signals would
  // have it begin again for ever.
  constexpr std::size_t kStep = std::size_t{8} << 20;
  constexpr int kTries = 8;
  for (std::size_t done = 0; done < bytes; done += kStep) {
    for (int tries = 1;; ++tries) {
      const std::size_t step = std::min(kStep, bytes - done);
      if (fallocate(descriptor_, 0, static_cast<off_t>(done), static_cast<off_t>(step)) == 0) break;
      if (errno != EINTR) return false;
      if (tries == kTries) return true;
    }
  }
  return true;
}

bool PageFile::seal() const {
  return fcntl(descriptor_, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW) == 0;
}

}  // namespace cow::internal
