#ifndef COW_DIAGNOSTICS_RAW_STORE_PROBE_H_
#define COW_DIAGNOSTICS_RAW_STORE_PROBE_H_

#include <cstddef>

namespace cow::alsan {

/// Writes a byte. The one function of diagnostics that `--config=alias-stores` builds with hooks:
/// whether this store is seen tells whether others are.
void probe_store(std::byte* address);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_RAW_STORE_PROBE_H_
