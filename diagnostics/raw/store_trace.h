#ifndef COW_DIAGNOSTICS_RAW_STORE_TRACE_H_
#define COW_DIAGNOSTICS_RAW_STORE_TRACE_H_

#include <cstddef>
#include <cstdint>
#include <string>

/// Stores of code built with `--config=alias-stores`, each of which calls a hook first: those to
/// watched memory that may not be written now are pushed to `raw_write_ring()` with their stack.
/// Code built without, `memcpy` of the C library and system calls are not seen.
namespace cow::alsan {

/// Begins to look at stores, for the rest of the process, and tries it. Returns "" if it works,
/// else why it cannot: the program was built without hooks.
std::string start_store_trace();

/// A store of `size_bytes` at `address`, inside of the hull of watched memory, by the instruction
/// before `return_address`. Repeated ones of one instruction are pushed once until the ring is
/// drained; all are touches of the memory.
void trace_store(std::uintptr_t address, std::size_t size_bytes, std::uintptr_t return_address);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_RAW_STORE_TRACE_H_
