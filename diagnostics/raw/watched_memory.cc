#include "cow/diagnostics/raw/watched_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <new>
#include <vector>

namespace cow::alsan {

namespace raw_internal {
constinit std::atomic<Leaf*> leaves[std::size_t{1} << (kAddressBits - kLeafBits)] = {};
}  // namespace raw_internal

namespace {

using raw_internal::Leaf;

std::mutex mutex;
// Not destroyed: arrays with static storage are freed late.
std::vector<WatchedMemory*>& unused() {
  static auto* const list = new std::vector<WatchedMemory*>();
  return *list;
}

std::size_t page_bytes() {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

/// Under the lock. Null: no memory.
Leaf* leaf_at(std::uintptr_t address) {
  std::atomic<Leaf*>& place = raw_internal::leaves[address >> raw_internal::kLeafBits];
  Leaf* leaf = place.load(std::memory_order_relaxed);
  if (leaf != nullptr) return leaf;
  // Zeros, of which only touched pages cost memory.
  void* made = mmap(nullptr, raw_internal::kLeafEntries * sizeof(Leaf), PROT_READ | PROT_WRITE,
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
    leaf[number / kTablePageBytes % raw_internal::kLeafEntries].store(watched,
                                                                      std::memory_order_release);
  }
  return true;
}

}  // namespace

ByteSpan WatchedMemory::pages() const {
  const ByteSpan span = bytes();
  const std::size_t page = page_bytes();
  const std::size_t count = (std::max<std::size_t>(span.size(), 1) + page - 1) / page;
  return {span.begin, span.begin + count * page};
}

void WatchedMemory::open_range(ByteSpan range, Owner owner) {
  for (OpenRange& place : open_ranges_) {
    if (place.owner.load(std::memory_order_relaxed) != 0) continue;
    place.begin.store(range.begin, std::memory_order_relaxed);
    place.end.store(range.end, std::memory_order_relaxed);
    place.owner.store(owner, std::memory_order_release);
    open_count_.fetch_add(1, std::memory_order_acq_rel);
    return;
  }
  open_without_range_.fetch_add(1, std::memory_order_relaxed);
  open_count_.fetch_add(1, std::memory_order_acq_rel);
}

void WatchedMemory::close_range(ByteSpan range, Owner owner) {
  for (OpenRange& place : open_ranges_) {
    if (place.owner.load(std::memory_order_relaxed) != owner) continue;
    if (place.begin.load(std::memory_order_relaxed) != range.begin) continue;
    if (place.end.load(std::memory_order_relaxed) != range.end) continue;
    open_count_.fetch_sub(1, std::memory_order_acq_rel);
    place.owner.store(0, std::memory_order_release);
    return;
  }
  if (open_without_range_.load(std::memory_order_relaxed) == 0) return;
  open_without_range_.fetch_sub(1, std::memory_order_relaxed);
  open_count_.fetch_sub(1, std::memory_order_acq_rel);
}

WatchedMemory::Owner WatchedMemory::owner_of(ByteSpan range) const {
  if (!is_open()) return 0;
  Owner latest = 0;
  for (const OpenRange& place : open_ranges_) {
    const Owner owner = place.owner.load(std::memory_order_acquire);
    if (owner == 0) continue;
    if (range.begin < place.begin.load(std::memory_order_relaxed)) continue;
    if (range.end > place.end.load(std::memory_order_relaxed)) continue;
    latest = std::max(latest, owner);
  }
  if (latest == 0 && open_without_range_.load(std::memory_order_relaxed) > 0) return ~Owner{0};
  return latest;
}

void WatchedMemory::add_writeable(PageRange range) {
  std::uint64_t before = writeable_.load(std::memory_order_relaxed);
  std::uint64_t after;
  do {
    // Both halves in one word, so that they are taken together.
    const auto first = static_cast<std::uint32_t>(before);
    const auto last = static_cast<std::uint32_t>(before >> 32);
    const bool none = last == 0;
    after = std::uint64_t{none ? range.last : std::max(last, range.last)} << 32 |
            (none ? range.first : std::min(first, range.first));
  } while (!writeable_.compare_exchange_weak(before, after, std::memory_order_acq_rel));
}

WatchedMemory::PageRange WatchedMemory::take_writeable() {
  const std::uint64_t taken = writeable_.exchange(0, std::memory_order_acq_rel);
  return {static_cast<std::uint32_t>(taken), static_cast<std::uint32_t>(taken >> 32)};
}

WatchedMemory* watch_memory(std::byte* memory, std::size_t size_bytes, std::size_t itemsize) {
  const std::lock_guard lock(mutex);
  if ((reinterpret_cast<std::uintptr_t>(memory) + size_bytes) >> raw_internal::kAddressBits != 0) {
    return nullptr;
  }
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
  if (enter(watched->pages(), watched)) return watched;
  enter(watched->pages(), nullptr);  // as far as it came
  unused().push_back(watched);
  return nullptr;
}

void unwatch_memory(WatchedMemory* watched) {
  const std::lock_guard lock(mutex);
  // The leaves are there, so that it cannot fail.
  enter(watched->pages(), nullptr);
  for (WatchedMemory::OpenRange& place : watched->open_ranges_) place.owner.store(0);
  watched->open_count_.store(0);
  watched->open_without_range_.store(0);
  watched->take_writeable();
  unused().push_back(watched);
}

}  // namespace cow::alsan
