#ifndef COW_CORE_PAGE_SIZE_H_
#define COW_CORE_PAGE_SIZE_H_

#include <unistd.h>

#include <cstddef>

namespace cow::internal {

/// Bytes of a page of memory.
inline std::size_t page_size() {
  static const auto bytes = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

/// The least number of bytes that is whole pages and at least `bytes`.
inline std::size_t whole_pages(std::size_t bytes) {
  return (bytes + page_size() - 1) / page_size() * page_size();
}

}  // namespace cow::internal

#endif  // COW_CORE_PAGE_SIZE_H_
