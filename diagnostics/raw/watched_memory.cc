#include "cow/diagnostics/raw/watched_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <new>
#include <vector>

namespace cow::alsan {

namespace raw_internal {
constinit std::uintptr_t hull_begin = 0;
constinit std::uintptr_t hull_bytes = 0;
}  // namespace raw_internal

namespace {

// A table of two levels: a leaf for each GiB that ever held a watched buffer, an entry a page. Its
// pages are the smallest that machines have.
constexpr std::uintptr_t kTablePageBytes = 4096;
constexpr int kAddressBits = 48;
constexpr int kLeafBits = 30;
constexpr std::uintptr_t kLeafEntries = (std::uintptr_t{1} << kLeafBits) / kTablePageBytes;
using Leaf = std::atomic<WatchedMemory*>;
constinit std::atomic<Leaf*> leaves[std::size_t{1} << (kAddressBits - kLeafBits)] = {};

std::mutex mutex;
// Not destroyed: arrays with static storage are freed late.
std::vector<WatchedMemory*>& unused() {
  static auto* const list = new std::vector<WatchedMemory*>();
  return *list;
}

/// Under the lock. Null: no memory.
Leaf* leaf_at(std::uintptr_t address) {
  std::atomic<Leaf*>& place = leaves[address >> kLeafBits];
  Leaf* leaf = place.load(std::memory_order_relaxed);
  if (leaf != nullptr) return leaf;
  // Zeros, of which only touched pages cost memory.
  void* made = mmap(nullptr, kLeafEntries * sizeof(Leaf), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (made == MAP_FAILED) return nullptr;
  leaf = static_cast<Leaf*>(made);
  place.store(leaf, std::memory_order_release);
  return leaf;
}

/// False if there is no memory for the table.
bool enter(ByteSpan pages, WatchedMemory* watched) {
  for (std::byte* page = pages.begin; page < pages.end; page += kTablePageBytes) {
    const auto number = reinterpret_cast<std::uintptr_t>(page);
    Leaf* leaf = leaf_at(number);
    if (leaf == nullptr) return false;
    leaf[number / kTablePageBytes % kLeafEntries].store(watched, std::memory_order_release);
  }
  return true;
}

/// Only grows: what lies in it and is not watched costs a look at the table.
void grow_hull(ByteSpan pages) {
  using raw_internal::hull_begin, raw_internal::hull_bytes;
  const auto begin = reinterpret_cast<std::uintptr_t>(pages.begin);
  const auto end = reinterpret_cast<std::uintptr_t>(pages.end);
  const std::uintptr_t old_end = hull_begin + hull_bytes;
  const std::uintptr_t new_begin = hull_bytes == 0 ? begin : std::min(hull_begin, begin);
  const std::uintptr_t new_end = hull_bytes == 0 ? end : std::max(old_end, end);
  // Between these two stores another thread may overlook a write, never see one too many.
  __atomic_store_n(&hull_begin, new_begin, __ATOMIC_RELEASE);
  __atomic_store_n(&hull_bytes, new_end - new_begin, __ATOMIC_RELEASE);
}

}  // namespace

std::size_t page_bytes() {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

ByteSpan WatchedMemory::pages() const {
  const ByteSpan span = bytes();
  const std::size_t page = page_bytes();
  const std::size_t count = (std::max<std::size_t>(span.size(), 1) + page - 1) / page;
  return {span.begin, span.begin + count * page};
}

void WatchedMemory::open_range(ByteSpan range) {
  open_count_.fetch_add(1, std::memory_order_acq_rel);
  for (OpenRange& place : open_ranges_) {
    if (place.is_used.load(std::memory_order_relaxed)) continue;
    place.begin.store(range.begin, std::memory_order_relaxed);
    place.end.store(range.end, std::memory_order_relaxed);
    place.is_used.store(true, std::memory_order_release);
    return;
  }
  open_without_range_.fetch_add(1, std::memory_order_relaxed);
}

void WatchedMemory::close_range(ByteSpan range) {
  const auto is_it = [&](const OpenRange& place) {
    return place.is_used.load(std::memory_order_relaxed) &&
           place.begin.load(std::memory_order_relaxed) == range.begin &&
           place.end.load(std::memory_order_relaxed) == range.end;
  };
  OpenRange* const found = std::ranges::find_if(open_ranges_, is_it);
  if (found != open_ranges_.end()) {
    found->is_used.store(false, std::memory_order_release);
  } else if (open_without_range_.load(std::memory_order_relaxed) > 0) {
    open_without_range_.fetch_sub(1, std::memory_order_relaxed);
  } else {
    return;  // opened before the memory was watched
  }
  open_count_.fetch_sub(1, std::memory_order_acq_rel);
}

bool WatchedMemory::may_write(const std::byte* address) const {
  if (!is_open()) return false;
  if (open_without_range_.load(std::memory_order_relaxed) > 0) return true;
  for (const OpenRange& place : open_ranges_) {
    if (!place.is_used.load(std::memory_order_acquire)) continue;
    const ByteSpan range{place.begin.load(std::memory_order_relaxed),
                         place.end.load(std::memory_order_relaxed)};
    if (range.contains(address)) return true;
  }
  return false;
}

void WatchedMemory::touch(ByteSpan range) {
  std::byte* begin = touched_begin_.load(std::memory_order_relaxed);
  while ((begin == nullptr || range.begin < begin) &&
         !touched_begin_.compare_exchange_weak(begin, range.begin, std::memory_order_acq_rel)) {
  }
  std::byte* end = touched_end_.load(std::memory_order_relaxed);
  while (range.end > end &&
         !touched_end_.compare_exchange_weak(end, range.end, std::memory_order_acq_rel)) {
  }
}

ByteSpan WatchedMemory::take_touched() {
  // One that grows it in between leaves half a range; its other half is then all of the buffer.
  std::byte* const begin = touched_begin_.exchange(nullptr, std::memory_order_acq_rel);
  std::byte* const end = touched_end_.exchange(nullptr, std::memory_order_acq_rel);
  if (begin == nullptr && end == nullptr) return {};
  const ByteSpan all = pages();
  return {begin == nullptr ? all.begin : begin, end == nullptr ? all.end : end};
}

WatchedMemory* watch_memory(std::byte* memory, std::size_t size_bytes, std::size_t itemsize) {
  const std::lock_guard lock(mutex);
  if ((reinterpret_cast<std::uintptr_t>(memory) + size_bytes) >> kAddressBits != 0) return nullptr;
  WatchedMemory* watched;
  if (unused().empty()) {
    watched = new (std::nothrow) WatchedMemory;
    if (watched == nullptr) return nullptr;
  } else {
    watched = unused().back();
    unused().pop_back();
  }
  watched->begin_.store(memory, std::memory_order_relaxed);
  watched->end_.store(memory + size_bytes, std::memory_order_relaxed);
  watched->itemsize_.store(itemsize, std::memory_order_relaxed);
  if (enter(watched->pages(), watched)) {
    grow_hull(watched->pages());
    return watched;
  }
  enter(watched->pages(), nullptr);  // as far as it came
  unused().push_back(watched);
  return nullptr;
}

void unwatch_memory(WatchedMemory* watched) {
  const std::lock_guard lock(mutex);
  // The leaves are there, so that it cannot fail.
  enter(watched->pages(), nullptr);
  for (WatchedMemory::OpenRange& place : watched->open_ranges_) place.is_used.store(false);
  watched->open_count_.store(0);
  watched->open_without_range_.store(0);
  watched->take_touched();
  unused().push_back(watched);
}

WatchedMemory* find_watched(const void* address) {
  using raw_internal::hull_begin, raw_internal::hull_bytes;
  const auto number = reinterpret_cast<std::uintptr_t>(address);
  const std::uintptr_t begin = __atomic_load_n(&hull_begin, __ATOMIC_ACQUIRE);
  if (number - begin >= __atomic_load_n(&hull_bytes, __ATOMIC_ACQUIRE)) return nullptr;
  Leaf* leaf = leaves[number >> kLeafBits].load(std::memory_order_acquire);
  if (leaf == nullptr) return nullptr;
  return leaf[number / kTablePageBytes % kLeafEntries].load(std::memory_order_acquire);
}

}  // namespace cow::alsan
