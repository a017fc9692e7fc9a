#include "cow/core/buffer.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "cow/core/observer.h"

namespace cow::internal {
namespace {

constexpr std::size_t kCacheLineBytes = 64;

// A page, or 0: no whole pages are asked for.
constinit std::atomic<std::size_t> page_bytes{0};

std::uint64_t next_space() {
  static constinit std::atomic<std::uint64_t> counter{0};
  return counter.fetch_add(1, std::memory_order_relaxed);
}

struct FreeMemory {
  std::align_val_t alignment;
  void operator()(std::byte* memory) const { ::operator delete(memory, alignment); }
};

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

void give_observed_buffers_whole_pages() {
  page_bytes.store(static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), std::memory_order_relaxed);
}

Buffer* make_buffer(DType dtype, Mode mode, bool observed, Index size_bytes, const Layout& root) {
  std::size_t bytes = static_cast<std::size_t>(std::max<Index>(size_bytes, 1));
  std::align_val_t alignment{kCacheLineBytes};
  const std::size_t page = page_bytes.load(std::memory_order_relaxed);
  if (observed && page != 0) {
    bytes = (bytes + page - 1) / page * page;
    alignment = std::align_val_t{page};
  }
  std::unique_ptr<std::byte, FreeMemory> memory(
      static_cast<std::byte*>(::operator new(bytes, alignment)), FreeMemory{alignment});
  Buffer* buffer = new Buffer(dtype, mode, observed, memory.get(), size_bytes, root);
  buffer->alignment = alignment;
  memory.release();
  return buffer;
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
  } else {
    FreeMemory{buffer->alignment}(buffer->memory);
  }
  delete buffer;
}

}  // namespace cow::internal
