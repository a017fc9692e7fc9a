#ifndef COW_DIAGNOSTICS_RAW_PAGE_GUARD_H_
#define COW_DIAGNOSTICS_RAW_PAGE_GUARD_H_

#include <string>

#include "cow/diagnostics/raw/watched_memory.h"

/// Pages of watched buffers that nobody may write now are read-only: the first write to such a page
/// is trapped, pushed to `raw_write_ring()` with its stack, and then goes through; further writes
/// to that page are free until it is protected again. Any code is seen that runs in this process;
/// system calls are not: `read(2)` into a protected page fails with EFAULT.
namespace cow::alsan {

/// Installs the handler of SIGSEGV, for the rest of the process, and tries it. Returns "" if it
/// works, else why it cannot. Faults that are not writes to protected pages go to the handler that
/// was there before. Under gdb: `handle SIGSEGV nostop noprint pass`.
std::string start_page_guard();

/// Pages that `range` of the buffer lies on become read-only. Nothing happens if the system has no
/// more mappings.
void protect_pages(const WatchedMemory& watched, ByteSpan range);

/// They become writeable; all of the buffer if the system has no more mappings.
void open_pages(const WatchedMemory& watched, ByteSpan range);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_RAW_PAGE_GUARD_H_
