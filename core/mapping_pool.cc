#include "cow/core/mapping_pool.h"

#include <sanitizer/asan_interface.h>
#include <sys/mman.h>
#include <unistd.h>

#include <new>
#include <utility>

#include "cow/core/page_size.h"

namespace cow::internal {
namespace {

std::size_t most_kept_bytes() {
  static const std::size_t bytes =
      static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * page_size() / 8;
  return bytes;
}

}  // namespace

void Mapping::unmap() const noexcept {
  ASAN_UNPOISON_MEMORY_REGION(data, bytes);  // for whatever will be there
  munmap(data, bytes);
}

std::optional<Mapping> MappingPool::take(std::size_t bytes, bool with_file) noexcept {
  auto best = mappings_.end();
  for (auto mapping = mappings_.begin(); mapping != mappings_.end(); ++mapping) {
    const bool fits = mapping->bytes >= bytes && mapping->bytes <= bytes + bytes / 4 &&
                      (mapping->file != nullptr) == with_file;
    // Of two that fit alike the one used last, which caches may still hold.
    if (fits && (best == mappings_.end() || mapping->bytes <= best->bytes)) best = mapping;
  }
  if (best == mappings_.end()) return std::nullopt;
  std::optional<Mapping> taken = std::move(*best);
  mappings_.erase(best);
  bytes_ -= taken->bytes;
  ASAN_UNPOISON_MEMORY_REGION(taken->data, taken->bytes);
  return taken;
}

void MappingPool::give(Mapping mapping) noexcept {
  if (mapping.bytes > most_kept_bytes()) return mapping.unmap();
  while (bytes_ + mapping.bytes > most_kept_bytes()) {
    mappings_.front().unmap();
    bytes_ -= mappings_.front().bytes;
    mappings_.erase(mappings_.begin());
  }
  const std::size_t bytes = mapping.bytes;
  ASAN_POISON_MEMORY_REGION(mapping.data, bytes);
  try {
    mappings_.push_back(std::move(mapping));
  } catch (const std::bad_alloc&) {  // it was not moved from
    return mapping.unmap();
  }
  bytes_ += bytes;
}

void MappingPool::clear() noexcept {
  for (const Mapping& mapping : mappings_) mapping.unmap();
  mappings_.clear();
  bytes_ = 0;
}

void MappingPool::before_fork() noexcept {
  for (const Mapping& mapping : mappings_) {
    if (mapping.file != nullptr) madvise(mapping.data, mapping.bytes, MADV_DONTFORK);
  }
}

void MappingPool::after_fork_in_parent() noexcept {
  for (const Mapping& mapping : mappings_) {
    if (mapping.file != nullptr) madvise(mapping.data, mapping.bytes, MADV_DOFORK);
  }
}

void MappingPool::after_fork_in_child() noexcept {
  std::erase_if(mappings_, [this](const Mapping& mapping) {
    if (mapping.file == nullptr) return false;
    ASAN_UNPOISON_MEMORY_REGION(mapping.data, mapping.bytes);
    bytes_ -= mapping.bytes;
    return true;
  });
}

}  // namespace cow::internal
