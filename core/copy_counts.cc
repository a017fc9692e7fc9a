#include "cow/core/copy_counts.h"

#include <atomic>
#include <mutex>
#include <new>

namespace cow {

CopyCounts& CopyCounts::operator+=(const CopyCounts& other) {
  lazy_copies += other.lazy_copies;
  lazy_bytes += other.lazy_bytes;
  detaches += other.detaches;
  pages_detached += other.pages_detached;
  bytes_detached += other.bytes_detached;
  return *this;
}

namespace internal {
namespace {

/// The total apart from the labels: most arrays have none, and need no lock.
struct Counted {
  std::atomic<Index> lazy_copies{0}, lazy_bytes{0}, detaches{0}, pages_detached{0},
      bytes_detached{0};
  std::mutex lock;
  std::map<std::string, CopyCounts> by_label;
};

void add(std::atomic<Index>& total, Index count) {
  if (count != 0) total.fetch_add(count, std::memory_order_relaxed);
}

// Never destroyed: static arrays die late.
Counted& counted() {
  static Counted& all = *new Counted;
  return all;
}

}  // namespace

void count_copies(std::string_view label, const CopyCounts& counts) noexcept {
  Counted& all = counted();
  add(all.lazy_copies, counts.lazy_copies);
  add(all.lazy_bytes, counts.lazy_bytes);
  add(all.detaches, counts.detaches);
  add(all.pages_detached, counts.pages_detached);
  add(all.bytes_detached, counts.bytes_detached);
  if (label.empty()) return;
  const std::lock_guard<std::mutex> guard(all.lock);
  try {
    all.by_label[std::string(label)] += counts;
  } catch (const std::bad_alloc&) {
  }
}

CopyStats counted_copies() {
  Counted& all = counted();
  const std::lock_guard<std::mutex> guard(all.lock);
  return {{all.lazy_copies, all.lazy_bytes, all.detaches, all.pages_detached, all.bytes_detached},
          all.by_label};
}

}  // namespace internal
}  // namespace cow
