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
  bool contains(const std::byte* address) const { return begin <= address && address < end; }
  friend bool operator==(const ByteSpan&, const ByteSpan&) = default;
};

/// A buffer on whole pages of its own. Never freed, but used again: a late reader sees another
/// buffer, not garbage.
class WatchedMemory {
 public:
  ByteSpan bytes() const {
    return {begin_.load(std::memory_order_relaxed), end_.load(std::memory_order_relaxed)};
  }
  /// The pages that `bytes()` lies on.
  ByteSpan pages() const;
  std::size_t itemsize() const { return itemsize_.load(std::memory_order_relaxed); }

  /// Until `close_range` with the same argument, `range` may be written.
  void open_range(ByteSpan range);
  void close_range(ByteSpan range);
  bool is_open() const { return open_count_.load(std::memory_order_acquire) > 0; }
  bool may_write(const std::byte* address) const;

  /// Where raw writes were, since the last `take_touched`; grows it, async-signal-safe.
  void touch(ByteSpan range);
  ByteSpan take_touched();

 private:
  friend WatchedMemory* watch_memory(std::byte* memory, std::size_t size_bytes,
                                     std::size_t itemsize);
  friend void unwatch_memory(WatchedMemory* watched);

  struct OpenRange {
    std::atomic<std::byte*> begin;
    std::atomic<std::byte*> end;
    std::atomic<bool> is_used;
  };

  std::atomic<std::byte*> begin_{nullptr};
  std::atomic<std::byte*> end_{nullptr};
  std::atomic<std::size_t> itemsize_{1};
  std::atomic<int> open_count_{0};
  // Beyond these, all of the buffer counts as open.
  std::array<OpenRange, 8> open_ranges_ = {};
  std::atomic<int> open_without_range_{0};
  std::atomic<std::byte*> touched_begin_{nullptr};
  std::atomic<std::byte*> touched_end_{nullptr};
};

/// Bytes of a page of this machine.
std::size_t page_bytes();

/// Watches `memory`, which begins at a page and has its pages for itself. Errors: null if there is
/// no memory, or it lies where the table does not reach (beyond 2^48).
WatchedMemory* watch_memory(std::byte* memory, std::size_t size_bytes, std::size_t itemsize);

/// Before the memory is freed.
void unwatch_memory(WatchedMemory* watched);

/// The buffer on whose pages `address` is; null if it is on none. Two loads for most addresses,
/// five at most; async-signal-safe.
WatchedMemory* find_watched(const void* address);

namespace raw_internal {

/// All watched pages lie in `hull_begin <= address < hull_begin + hull_bytes`.
extern constinit std::uintptr_t hull_begin;
extern constinit std::uintptr_t hull_bytes;

}  // namespace raw_internal
}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_RAW_WATCHED_MEMORY_H_
