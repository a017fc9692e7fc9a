#include "cow/core/copy_stats.h"

#include "cow/core/large_memory.h"

namespace cow {

CopyStats copy_stats() {
  CopyStats stats = internal::counted_copies();
  for (const auto& [label, counts] : internal::pages_detached_now()) {
    stats.total += counts;
    if (!label.empty()) stats.by_label[label] += counts;
  }
  return stats;
}

}  // namespace cow
