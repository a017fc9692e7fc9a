#include "cow/core/block_pool.h"

#include <algorithm>
#include <array>
#include <bit>
#include <new>
#include <utility>

#include "cow/core/node_memory.h"

namespace cow::internal {
namespace {

constexpr std::size_t kLargestKept = std::size_t{1} << 20;
constexpr std::size_t kMostKeptBytes = std::size_t{8} << 20;  // a thread
constexpr std::align_val_t kAlignment{kBlockAlignment};

/// Sizes: multiples of 64 up to 256, then four from one power of two to the next.
constexpr int kSizes = 4 + 4 * 12;

struct SizeClass {
  int number;
  std::size_t bytes;
};

SizeClass size_class(std::size_t bytes) {
  if (bytes <= 256) {
    const int number = bytes == 0 ? 0 : static_cast<int>((bytes - 1) / 64);
    return {number, static_cast<std::size_t>(number + 1) * 64};
  }
  const int power = std::bit_width(bytes - 1) - 1;  // 2^power < bytes <= 2^(power + 1)
  const std::size_t step = std::size_t{1} << (power - 2);
  const std::size_t steps = (bytes - (std::size_t{1} << power) + step - 1) / step;  // 1 to 4
  return {4 * (power - 7) + static_cast<int>(steps) - 1, (std::size_t{1} << power) + steps * step};
}

struct FreeBlock {
  FreeBlock* next;
};

/// Trivially destructible: static arrays are freed after a thread's other variables.
struct KeptBlocks {
  std::array<FreeBlock*, kSizes> of_size{};
  std::size_t bytes = 0;
  enum class Phase { kUnused, kOpen, kClosed } phase = Phase::kUnused;
};

constinit thread_local KeptBlocks kept;

struct CloseAtExit {
  ~CloseAtExit() {
    free_kept_blocks();
    kept.phase = KeptBlocks::Phase::kClosed;
  }
};

void open() noexcept {
  static thread_local const CloseAtExit close_at_exit;
  static_cast<void>(close_at_exit);
  kept.phase = reuses_node_memory() ? KeptBlocks::Phase::kOpen : KeptBlocks::Phase::kClosed;
}

}  // namespace

std::byte* take_block(std::size_t bytes) {
  // Of the very size where tools look for what is written behind it.
  if (bytes > kLargestKept || !reuses_node_memory()) {
    return static_cast<std::byte*>(::operator new(bytes, kAlignment));
  }
  const SizeClass size = size_class(bytes);
  FreeBlock*& first = kept.of_size[static_cast<std::size_t>(size.number)];
  if (first != nullptr) {
    kept.bytes -= size.bytes;
    return reinterpret_cast<std::byte*>(std::exchange(first, first->next));
  }
  try {
    return static_cast<std::byte*>(::operator new(size.bytes, kAlignment));
  } catch (const std::bad_alloc&) {
    if (kept.bytes == 0) throw;
    free_kept_blocks();
  }
  return static_cast<std::byte*>(::operator new(size.bytes, kAlignment));
}

void give_block(std::byte* block, std::size_t bytes) noexcept {
  if (kept.phase == KeptBlocks::Phase::kUnused) open();
  const SizeClass size = bytes <= kLargestKept ? size_class(bytes) : SizeClass{};
  if (kept.phase == KeptBlocks::Phase::kClosed || bytes > kLargestKept ||
      kept.bytes + size.bytes > kMostKeptBytes) {
    return ::operator delete(block, kAlignment);
  }
  FreeBlock*& first = kept.of_size[static_cast<std::size_t>(size.number)];
  first = ::new (block) FreeBlock{first};
  kept.bytes += size.bytes;
}

void free_kept_blocks() noexcept {
  for (FreeBlock*& first : kept.of_size) {
    while (first != nullptr) ::operator delete(std::exchange(first, first->next), kAlignment);
  }
  kept.bytes = 0;
}

}  // namespace cow::internal
