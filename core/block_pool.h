#ifndef COW_CORE_BLOCK_POOL_H_
#define COW_CORE_BLOCK_POOL_H_

#include <cstddef>

/// Small blocks of memory for elements, recycled: each thread keeps some of those that it freed.
/// Blocks may be freed by another thread than the one that took them. Under AddressSanitizer
/// nothing is kept, so that a use after free is found.
namespace cow::internal {

/// Aligned to a cache line.
inline constexpr std::size_t kBlockAlignment = 64;

/// `bytes` uninitialised bytes. O(1) if the thread has such a block. Errors: `std::bad_alloc`.
std::byte* take_block(std::size_t bytes);

/// `bytes`: as it was taken.
void give_block(std::byte* block, std::size_t bytes) noexcept;

/// Frees what this thread keeps.
void free_kept_blocks() noexcept;

}  // namespace cow::internal

#endif  // COW_CORE_BLOCK_POOL_H_
