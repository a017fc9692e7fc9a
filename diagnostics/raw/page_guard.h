#ifndef COW_DIAGNOSTICS_RAW_PAGE_GUARD_H_
#define COW_DIAGNOSTICS_RAW_PAGE_GUARD_H_

#include <string>

#include "cow/diagnostics/raw/watched_memory.h"

/// Pages of watched buffers that nobody may write now are read-only: the first write to such a page
/// is trapped, pushed to `raw_write_ring()` with its stack, and then goes through; further writes
/// to that page are free until it is protected again. Any code is seen that runs in this process,
/// not system calls: `read(2)` into a protected page fails with EFAULT.
///
/// A write that lies on a page with an open range is not seen, be it inside of the range or not.
namespace cow::alsan {

/// Installs the handler of SIGSEGV, for the rest of the process, and tries it. Returns "" if it
/// works, else why it cannot. Faults that are not writes to protected pages go to the handler that
/// was there before. Under gdb: `handle SIGSEGV nostop noprint pass`.
std::string start_page_guard();

/// "" if the handler is still the one that `start_page_guard` installed, else what happened to it.
std::string page_guard_trouble();

/// All of the buffer becomes read-only.
void protect_pages(WatchedMemory& watched);

/// The pages of `range` become writeable until `protect_pages_again`, or all if the system has no
/// more mappings.
void open_pages(WatchedMemory& watched, ByteSpan range);

/// What was written or opened since it was last protected becomes read-only, unless a range is
/// open.
void protect_pages_again(WatchedMemory& watched);

/// All of the buffer is writeable, for good.
void release_pages(WatchedMemory& watched);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_RAW_PAGE_GUARD_H_
