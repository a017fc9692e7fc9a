#ifndef COW_DIAGNOSTICS_RAW_RAW_WRITE_H_
#define COW_DIAGNOSTICS_RAW_RAW_WRITE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"

namespace cow::alsan {

/// The most frames that are kept of a raw write's stack.
inline constexpr int kRawStackDepth = 32;

/// How a raw write was noticed.
enum class RawWriteTier : std::uint8_t { kStoreHook, kPageGuard, kPageProbe };

/// A write to the memory of a buffer that no open lease, and no write of the library, covers.
struct RawWrite {
  /// The first byte of the buffer, as given to `RawWriteWatch::watch`.
  std::byte* memory = nullptr;
  /// The first byte written. Beyond the buffer if the write ran out of it, into its last page.
  std::byte* address = nullptr;
  /// Bytes written; of `kPageProbe`: where bytes may have changed; 0 if not known.
  std::size_t size_bytes = 0;
  RawWriteTier tier = RawWriteTier::kStoreHook;
  /// Return addresses, innermost first. The innermost one is the writing instruction's own address
  /// plus 1, so that it can be symbolized like the others. 0 frames: not known.
  int depth = 0;
  std::array<std::uintptr_t, kRawStackDepth> pcs = {};

  absl::Span<const std::uintptr_t> stack() const {
    return absl::MakeConstSpan(pcs.data(), static_cast<std::size_t>(depth));
  }
};

/// Raw writes on their way from where they happen, which may be a signal handler, to whom they are
/// reported by. Neither locks nor allocates. All zeros is an empty one.
class RawWriteRing {
 public:
  static constexpr std::size_t kCapacity = 1024;

  /// False if it is full: the write is only counted then. Async-signal-safe.
  bool push(const RawWrite& write);

  /// Calls `fn` for each write since the last call, oldest first. One caller at a time.
  void drain(absl::FunctionRef<void(const RawWrite&)> fn);

  /// Writes that found it full, ever.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  // Free for the writer number n of this slot when `turn` is 2 n, filled when it is 2 n + 1.
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

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_RAW_RAW_WRITE_H_
