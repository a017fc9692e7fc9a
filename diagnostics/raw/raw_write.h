#ifndef COW_DIAGNOSTICS_RAW_RAW_WRITE_H_
#define COW_DIAGNOSTICS_RAW_RAW_WRITE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"

namespace cow::alsan {

class WatchedMemory;

/// A write to watched memory that no open span, and no write of the library, covers.
struct RawWrite {
  /// The most frames that are kept of its stack.
  static constexpr int kStackDepth = 32;
  static constexpr std::size_t kMaxItemBytes = 16;

  WatchedMemory* memory = nullptr;
  /// The first byte written. Beyond the elements if the write ran out of them, into the last page.
  std::byte* address = nullptr;
  /// The element there, as it was before.
  std::array<std::byte, kMaxItemBytes> before = {};
  /// In an `AliasOk` scope.
  bool is_meant = false;
  /// Return addresses, innermost first. The innermost one is right behind the writing instruction's
  /// first byte, or its call of a hook, so that it can be symbolized like the others.
  int depth = 0;
  std::array<std::uintptr_t, kStackDepth> pcs = {};

  absl::Span<const std::uintptr_t> stack() const {
    return absl::MakeConstSpan(pcs.data(), static_cast<std::size_t>(depth));
  }
};

/// Raw writes on their way from where they happen, which may be a signal handler, to whom they are
/// reported by. Neither locks nor allocates. All zeros is an empty one.
class RawWriteRing {
 public:
  static constexpr std::size_t kCapacity = 256;

  /// False if it is full: the write is only counted then. Async-signal-safe.
  bool push(const RawWrite& write);

  bool empty() const {
    return pushed_.load(std::memory_order_relaxed) == drained_.load(std::memory_order_relaxed);
  }

  /// Calls `fn` for each write since the last call, oldest first. One caller at a time.
  void drain(absl::FunctionRef<void(const RawWrite&)> fn);

  /// Writes that were drained, ever.
  std::uint64_t drained() const { return drained_.load(std::memory_order_relaxed); }

  /// Writes that found it full, ever.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  // Free for write number n of the ring when `turn` is 2 (n / capacity), filled when one more.
  struct Slot {
    std::atomic<std::uint64_t> turn;
    RawWrite write;
  };

  std::atomic<std::uint64_t> pushed_;
  std::atomic<std::uint64_t> drained_;
  std::atomic<std::uint64_t> dropped_;
  std::array<Slot, kCapacity> slots_;
};

/// The ring of this process.
RawWriteRing& raw_write_ring();

/// Pushes a write to `memory` that is about to take place, made by the calling thread.
/// Async-signal-safe.
void push_raw_write(WatchedMemory& memory, std::byte* address,
                    absl::Span<const std::uintptr_t> stack);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_RAW_RAW_WRITE_H_
