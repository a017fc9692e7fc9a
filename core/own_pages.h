#ifndef COW_CORE_OWN_PAGES_H_
#define COW_CORE_OWN_PAGES_H_

#include <cstddef>
#include <vector>

namespace cow::internal {

/// Bytes `[begin, begin + size)` of this process's memory.
struct PageRun {
  std::byte* begin;
  std::size_t size;
};

/// Runs of pages, in ascending order, that a private mapping of a file has of its own: those that
/// were written since it was mapped. `begin` and `size` are whole pages of one such mapping. False
/// if the system does not tell. O(pages that are mapped), and the size / 2 MiB. Keeps one
/// descriptor open for the next time. Errors: `std::bad_alloc`.
bool find_own_pages(const std::byte* begin, std::size_t size, std::vector<PageRun>* runs);

/// The same by reading /proc/self/pagemap, eight bytes a page, as kernels before 6.7 need it.
bool read_own_pages(const std::byte* begin, std::size_t size, std::vector<PageRun>* runs);

/// Bytes in all.
std::size_t bytes_of(const std::vector<PageRun>& runs);

}  // namespace cow::internal

#endif  // COW_CORE_OWN_PAGES_H_
