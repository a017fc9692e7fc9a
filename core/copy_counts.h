#ifndef COW_CORE_COPY_COUNTS_H_
#define COW_CORE_COPY_COUNTS_H_

#include <map>
#include <string>
#include <string_view>

#include "cow/core/dims.h"

namespace cow {

/// What was copied later, or never.
struct CopyCounts {
  /// Calls of `copy()` that copied nothing, and the bytes of their elements.
  Index lazy_copies = 0;
  Index lazy_bytes = 0;
  /// Arrays that moved to their own copy in copy-on-write mode, because they were written while
  /// others shared their memory.
  Index detaches = 0;
  /// Pages of large arrays that were copied since, one by one, because they were written.
  Index pages_detached = 0;
  /// Bytes of those pages, and bytes that detaches copied at once.
  Index bytes_detached = 0;

  CopyCounts& operator+=(const CopyCounts& other);
  friend bool operator==(const CopyCounts&, const CopyCounts&) = default;
};

/// See `copy_stats()`.
struct CopyStats {
  CopyCounts total;
  std::map<std::string, CopyCounts> by_label;
};

namespace internal {

/// Adds to what `counted_copies` returns; to the label's as well, unless it is empty or there is no
/// memory to do so.
void count_copies(std::string_view label, const CopyCounts& counts) noexcept;

/// All that was counted in this process. Errors: `std::bad_alloc`.
CopyStats counted_copies();

}  // namespace internal
}  // namespace cow

#endif  // COW_CORE_COPY_COUNTS_H_
