#ifndef COW_CORE_MAPPING_POOL_H_
#define COW_CORE_MAPPING_POOL_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "cow/core/page_file.h"

namespace cow::internal {

/// Whole pages, which only their owner has mapped: those of a file, mapped shared, or of none.
struct Mapping {
  std::byte* data;
  std::size_t bytes;
  std::shared_ptr<PageFile> file;  // or null

  void unmap() const noexcept;
};

/// Mappings that were used before, for new arrays: pages that the system has to find and to clear
/// cost several times what it costs to fill them. Not thread-safe.
class MappingPool {
 public:
  /// At least `bytes`, and at most a quarter more, with a file or without.
  std::optional<Mapping> take(std::size_t bytes, bool with_file) noexcept;
  /// Keeps the mapping, or unmaps it or older ones where that would be too many bytes.
  void give(Mapping mapping) noexcept;
  /// Unmaps all.
  void clear() noexcept;

  /// A child process is not to share the pages of files: it has none of those mappings.
  void before_fork() noexcept;
  void after_fork_in_parent() noexcept;
  void after_fork_in_child() noexcept;

 private:
  std::vector<Mapping> mappings_;  // the last given comes last
  std::size_t bytes_ = 0;
};

}  // namespace cow::internal

#endif  // COW_CORE_MAPPING_POOL_H_
