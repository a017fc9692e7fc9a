#ifndef COW_CORE_BUFFER_H_
#define COW_CORE_BUFFER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>

#include "cow/core/dtype.h"
#include "cow/core/large_memory.h"
#include "cow/core/layout.h"
#include "cow/core/mode.h"
#include "cow/core/ref_count.h"

namespace cow::internal {

/// The buffer node: a block of memory and who shares it. Layouts on it count their offsets from a
/// virtual position 0 at `origin`, which stays the same when a value moves to a copy of just its
/// own byte range; a copy into another arrangement of elements begins a new `space`.
struct Buffer {
  /// View mode: 1, held by the owner's node. Copy-on-write mode: values and read leases.
  RefCount sharers{1};
  /// Write leases that are open (copy-on-write mode).
  std::atomic<std::int32_t> write_leases{0};
  /// A pointer for writing was handed out once; it may outlive its lease.
  std::atomic<bool> was_leased_for_writing{false};
  const DType dtype;
  const Mode mode;
  const bool observed;
  std::byte* const memory;
  const Index size_bytes;
  std::intptr_t origin;  // address of offset 0, perhaps outside of the block
  std::uint64_t space;
  Layout root;                      // of the array that the block was made for
  std::function<void()> give_back;  // of foreign memory: called instead of freeing it
  bool is_kept = true;              // the memory is there until then; else who knows how long
  bool is_read_only = false;        // memory that must never be written
  void* record = nullptr;           // the observer's
  // What the memory is freed as: large memory, a block of whole pages, or one of the pool.
  std::unique_ptr<LargeMemory> large;
  bool has_whole_pages = false;

  Index itemsize() const { return dtype_size_bytes(dtype); }
  std::byte* at(Index offset) const { return reinterpret_cast<std::byte*>(origin + offset); }
  /// The block, in offsets.
  ByteRange extent() const;

  Buffer(DType dtype, Mode mode, bool observed, std::byte* memory, Index size_bytes,
         const Layout& root);
  static void* operator new(std::size_t bytes);
  static void operator delete(void* buffer, std::size_t bytes) noexcept;
};

/// The blocks have no byte in common, which those of foreign memory may have. Arrays of `a` overlap
/// none of `b` then.
inline bool are_apart(const Buffer& a, const Buffer& b) {
  return a.memory + a.size_bytes <= b.memory || b.memory + b.size_bytes <= a.memory;
}

/// Observed buffers made from now on get whole pages of memory, shared with nothing else, so that
/// diagnostics can protect them. Costs up to a page a buffer. For the rest of the process.
void give_observed_buffers_whole_pages();

/// A block of `size_bytes` uninitialised bytes, aligned to a cache line, with one sharer, offset 0
/// at its start, in a space of its own. From `large_array_bytes()` up it is `LargeMemory`, unless
/// diagnostics watch its pages, which must stay mapped as they are. Errors: `std::bad_alloc`.
Buffer* make_buffer(DType dtype, Mode mode, bool observed, Index size_bytes, const Layout& root,
                    Use use = Use::kFilledNext);

/// The same bytes at the same offsets, in a space of its own, which take no memory until one side
/// is written. Null if the whole block is to be copied at once: `LargeMemory::copy`. Errors:
/// `std::bad_alloc`.
Buffer* copy_lazily(const Buffer& from, Mode mode, bool observed, const Layout& root);

/// Foreign memory at `data`, where offset 0 of `root` is. `give_back` is called when the last
/// sharer is gone. Others may write it, so that it counts as leased for writing. Errors:
/// `std::bad_alloc`; `give_back` is not called then.
Buffer* make_foreign_buffer(DType dtype, Mode mode, bool observed, std::byte* data,
                            const Layout& root, bool is_read_only, std::function<void()> give_back);

/// One sharer less; the last one frees.
void unpin(Buffer* buffer);

}  // namespace cow::internal

#endif  // COW_CORE_BUFFER_H_
