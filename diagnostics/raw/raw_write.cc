#include "cow/diagnostics/raw/raw_write.h"

#include <algorithm>

#include "cow/diagnostics/alias_ok.h"
#include "cow/diagnostics/raw/watched_memory.h"

namespace cow::alsan {

bool RawWriteRing::push(const RawWrite& write) {
  std::uint64_t number = pushed_.load(std::memory_order_relaxed);
  while (true) {
    Slot& slot = slots_[number % kCapacity];
    const std::uint64_t free_turn = number / kCapacity * 2;
    const std::uint64_t turn = slot.turn.load(std::memory_order_acquire);
    if (turn == free_turn) {
      if (!pushed_.compare_exchange_weak(number, number + 1, std::memory_order_relaxed)) continue;
      slot.write = write;
      slot.turn.store(free_turn + 1, std::memory_order_release);
      return true;
    }
    const std::uint64_t now = pushed_.load(std::memory_order_relaxed);
    if (now == number) {
      dropped_.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    number = now;
  }
}

void RawWriteRing::drain(absl::FunctionRef<void(const RawWrite&)> fn) {
  while (true) {
    const std::uint64_t number = drained_.load(std::memory_order_relaxed);
    Slot& slot = slots_[number % kCapacity];
    const std::uint64_t filled_turn = number / kCapacity * 2 + 1;
    if (slot.turn.load(std::memory_order_acquire) != filled_turn) return;
    const RawWrite write = slot.write;
    slot.turn.store(filled_turn + 1, std::memory_order_release);
    drained_.store(number + 1, std::memory_order_relaxed);
    fn(write);
  }
}

RawWriteRing& raw_write_ring() {
  static constinit RawWriteRing ring = {};
  return ring;
}

void push_raw_write(WatchedMemory& memory, std::byte* address,
                    absl::Span<const std::uintptr_t> stack) {
  RawWrite write;
  write.memory = &memory;
  write.address = address;
  const std::size_t itemsize = std::min(memory.itemsize(), RawWrite::kMaxItemBytes);
  const std::size_t into_item =
      static_cast<std::size_t>(address - memory.bytes().begin) % memory.itemsize();
  std::copy_n(address - into_item, itemsize, write.before.begin());
  write.is_meant = AliasOk::current() != nullptr;
  write.depth = static_cast<int>(std::min<std::size_t>(stack.size(), RawWrite::kStackDepth));
  std::copy_n(stack.begin(), write.depth, write.pcs.begin());
  raw_write_ring().push(write);
}

}  // namespace cow::alsan
