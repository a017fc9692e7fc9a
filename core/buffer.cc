#include "cow/core/buffer.h"

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "cow/core/block_pool.h"
#include "cow/core/large_arrays.h"
#include "cow/core/observer.h"
#include "cow/core/page_size.h"

namespace cow::internal {
namespace {

constinit std::atomic<bool> watches_pages{false};

std::uint64_t next_space() {
  static constinit std::atomic<std::uint64_t> counter{0};
  return counter.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

Buffer::Buffer(DType dtype, Mode mode, bool observed, std::byte* memory, Index size_bytes,
               const Layout& root)
    : dtype(dtype),
      mode(mode),
      observed(observed),
      memory(memory),
      size_bytes(size_bytes),
      origin(reinterpret_cast<std::intptr_t>(memory)),
      space(next_space()),
      root(root) {}

ByteRange Buffer::extent() const {
  const Index begin = reinterpret_cast<std::intptr_t>(memory) - origin;
  return {begin, begin + size_bytes};
}

void give_observed_buffers_whole_pages() { watches_pages.store(true, std::memory_order_relaxed); }

void* Buffer::operator new(std::size_t bytes) { return take_block(bytes); }

void Buffer::operator delete(void* buffer, std::size_t bytes) noexcept {
  give_block(static_cast<std::byte*>(buffer), bytes);
}

Buffer* make_buffer(DType dtype, Mode mode, bool observed, Index size_bytes, const Layout& root,
                    Use use) {
  const auto bytes = static_cast<std::size_t>(size_bytes);
  if (observed && watches_pages.load(std::memory_order_relaxed)) {
    const std::align_val_t alignment{page_size()};
    void* const memory = ::operator new(whole_pages(std::max<std::size_t>(bytes, 1)), alignment);
    try {
      auto* const data = static_cast<std::byte*>(memory);
      Buffer* buffer = new Buffer(dtype, mode, observed, data, size_bytes, root);
      buffer->has_whole_pages = true;
      return buffer;
    } catch (...) {
      ::operator delete(memory, alignment);
      throw;
    }
  }
  if (size_bytes > 0 && size_bytes >= large_array_bytes()) {
    std::unique_ptr<LargeMemory> large = LargeMemory::make(bytes, use);
    Buffer* buffer = new Buffer(dtype, mode, observed, large->data(), size_bytes, root);
    buffer->large = std::move(large);
    return buffer;
  }
  std::byte* const block = take_block(bytes);
  try {
    return new Buffer(dtype, mode, observed, block, size_bytes, root);
  } catch (...) {
    give_block(block, bytes);
    throw;
  }
}

Buffer* copy_lazily(const Buffer& from, Mode mode, bool observed, const Layout& root) {
  if (from.large == nullptr) return nullptr;
  // Pages that diagnostics are to watch are not mapped again.
  if (observed && watches_pages.load(std::memory_order_relaxed)) return nullptr;
  std::unique_ptr<LargeMemory> large = from.large->copy();
  if (large == nullptr) return nullptr;
  Buffer* copy = new Buffer(from.dtype, mode, observed, large->data(), from.size_bytes, root);
  copy->origin -= from.extent().begin;
  copy->large = std::move(large);
  return copy;
}

Buffer* make_foreign_buffer(DType dtype, Mode mode, bool observed, std::byte* data,
                            const Layout& root, bool is_read_only,
                            std::function<void()> give_back) {
  const ByteRange range = root.byte_range(dtype_size_bytes(dtype));
  Buffer* buffer = new Buffer(dtype, mode, observed, data + range.begin, range.size(), root);
  buffer->origin = reinterpret_cast<std::intptr_t>(data);
  buffer->is_kept = give_back != nullptr;
  buffer->give_back = give_back ? std::move(give_back) : [] {};
  buffer->is_read_only = is_read_only;
  buffer->was_leased_for_writing = true;
  return buffer;
}

void unpin(Buffer* buffer) {
  if (!buffer->sharers.decrement()) return;
  if (buffer->observed) current_observer()->on_free(*buffer);
  if (buffer->give_back) {
    buffer->give_back();
  } else if (buffer->has_whole_pages) {
    ::operator delete (buffer->memory, std::align_val_t{page_size()});
  } else if (buffer->large == nullptr) {
    give_block(buffer->memory, static_cast<std::size_t>(buffer->size_bytes));
  }
  delete buffer;
}

}  // namespace cow::internal
