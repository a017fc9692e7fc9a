#include "cow/diagnostics/raw/store_probe.h"

namespace cow::alsan {

void probe_store(std::byte* address) { *address = std::byte{1}; }

}  // namespace cow::alsan
