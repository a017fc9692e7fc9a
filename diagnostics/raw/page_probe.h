#ifndef COW_DIAGNOSTICS_RAW_PAGE_PROBE_H_
#define COW_DIAGNOSTICS_RAW_PAGE_PROBE_H_

#include <optional>
#include <string>
#include <vector>

#include "cow/diagnostics/raw/watched_memory.h"

/// Which pages were written, as the kernel knows it: by any code and by system calls, at full speed
/// but for the first write to each page. Linux 6.7 or later: userfaultfd with WP_ASYNC, and
/// PAGEMAP_SCAN.
namespace cow::alsan {

/// Begins, for the rest of the process, and tries it. Returns "" if it works, else why it cannot.
/// A child process made by fork cannot ask.
std::string start_page_probe();

/// From now on the kernel keeps account of the pages of `watched`; none counts as written. Returns
/// false if it cannot.
bool probe_pages(const WatchedMemory& watched);

/// Before the memory is freed.
void stop_probing(const WatchedMemory& watched);

/// The pages that `range` of the buffer lies on and that were written since the last call; they
/// count as not written now. Neighbours are one span. Nullopt: the kernel did not say.
std::optional<std::vector<ByteSpan>> take_written(const WatchedMemory& watched, ByteSpan range);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_RAW_PAGE_PROBE_H_
