#ifndef COW_DIAGNOSTICS_RAW_WATCHED_MEMORY_H_
#define COW_DIAGNOSTICS_RAW_WATCHED_MEMORY_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

/// Which addresses belong to which watched buffer, and where in it may be written now: what store
/// hooks and signal handlers ask. Answers need no lock; changes are made by one thread at a time.
namespace cow::alsan {

/// Bytes begin <= address < end.
struct ByteSpan {
  std::byte* begin = nullptr;
  std::byte* end = nullptr;

  std::size_t size() const { return static_cast<std::size_t>(end - begin); }
  bool empty() const { return begin >= end; }
  friend bool operator==(const ByteSpan&, const ByteSpan&) = default;
};

/// A buffer on whole pages of its own. Never freed, but used again: a late reader sees another
/// buffer, not garbage.
class WatchedMemory {
 public:
  /// Who writes: a lease, say. Chosen by the caller, not 0.
  using Owner = std::uint64_t;

  ByteSpan bytes() const {
    return {begin_.load(std::memory_order_relaxed), end_.load(std::memory_order_relaxed)};
  }
  /// The pages that `bytes()` lies on.
  ByteSpan pages() const;
  std::size_t itemsize() const { return itemsize_.load(std::memory_order_relaxed); }

  /// Until `close_range` with the same arguments, `owner` may write `range`.
  void open_range(ByteSpan range, Owner owner);
  void close_range(ByteSpan range, Owner owner);
  /// Ranges are open.
  bool is_open() const { return open_count_.load(std::memory_order_acquire) > 0; }
  /// Who may write all of `range` now, the last to have opened it; 0: nobody.
  Owner owner_of(ByteSpan range) const;

  /// Pages that were made writeable, from `first` to before `last`, counted from the buffer's own
  /// first page. For `PageGuard`.
  struct PageRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };
  /// Grows it. Async-signal-safe.
  void add_writeable(PageRange range);
  /// Empties it.
  PageRange take_writeable();

  /// For `StoreLog`: its table of last writers, one for each item; null: none.
  std::atomic<std::uint16_t*> last_stores{nullptr};

 private:
  friend WatchedMemory* watch_memory(std::byte* memory, std::size_t size_bytes,
                                     std::size_t itemsize);
  friend void unwatch_memory(WatchedMemory* watched);

  struct OpenRange {
    std::atomic<std::byte*> begin;
    std::atomic<std::byte*> end;
    std::atomic<Owner> owner;  // 0: not in use
  };

  std::atomic<std::byte*> begin_{nullptr};
  std::atomic<std::byte*> end_{nullptr};
  std::atomic<std::size_t> itemsize_{1};
  std::atomic<int> open_count_{0};
  // Beyond these, all of the buffer counts as open.
  std::array<OpenRange, 8> open_ranges_ = {};
  std::atomic<int> open_without_range_{0};
  std::atomic<std::uint64_t> writeable_{0};
};

/// Bytes of the pages that the address table counts in. A divisor of the machine's own.
inline constexpr std::size_t kTablePageBytes = 4096;

/// Watches `memory`, which begins at a page and has its pages for itself. Errors: null if there is
/// no memory, or it lies where the table does not reach (beyond 2^48).
WatchedMemory* watch_memory(std::byte* memory, std::size_t size_bytes, std::size_t itemsize);

/// Before the memory is freed.
void unwatch_memory(WatchedMemory* watched);

namespace raw_internal {

inline constexpr int kAddressBits = 48;
inline constexpr int kLeafBits = 30;
inline constexpr std::size_t kLeafEntries = (std::size_t{1} << kLeafBits) / kTablePageBytes;
using Leaf = std::atomic<WatchedMemory*>;
// A leaf for each GiB that ever held a watched buffer.
extern constinit std::atomic<Leaf*> leaves[std::size_t{1} << (kAddressBits - kLeafBits)];

}  // namespace raw_internal

/// The buffer on whose pages `address` is; null if it is on none. Three loads; async-signal-safe.
inline WatchedMemory* find_watched(const void* address) {
  const auto number = reinterpret_cast<std::uintptr_t>(address);
  if (number >> raw_internal::kAddressBits != 0) return nullptr;
  raw_internal::Leaf* leaf =
      raw_internal::leaves[number >> raw_internal::kLeafBits].load(std::memory_order_acquire);
  if (leaf == nullptr) return nullptr;
  return leaf[number / kTablePageBytes % raw_internal::kLeafEntries].load(
      std::memory_order_acquire);
}

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_RAW_WATCHED_MEMORY_H_
