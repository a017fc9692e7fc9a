#include "cow/diagnostics/extent_index.h"

#include <bit>
#include <cstddef>

namespace cow::alsan {
namespace {

std::size_t level_of(const Extent& extent) {
  return static_cast<std::size_t>(std::bit_width(extent.end - extent.begin));
}

}  // namespace

void ExtentIndex::add(const Extent& extent, const void* item) {
  if (!extent.empty()) by_length_[level_of(extent)].emplace(extent.begin, extent.end, item);
}

void ExtentIndex::remove(const Extent& extent, const void* item) {
  if (!extent.empty()) by_length_[level_of(extent)].erase({extent.begin, extent.end, item});
}

void ExtentIndex::find(const Extent& extent, absl::FunctionRef<bool(const void*)> fn) const {
  for (std::size_t i = 0; i < by_length_.size(); ++i) {
    if (by_length_[i].empty()) continue;
    // No item of this level that begins earlier reaches the extent.
    const std::uintptr_t longest = i == 64 ? ~std::uintptr_t{0} : std::uintptr_t{1} << i;
    const std::uintptr_t first = extent.begin < longest ? 0 : extent.begin - longest;
    for (auto at = by_length_[i].lower_bound({first, 0, nullptr}); at != by_length_[i].end();
         ++at) {
      const auto& [begin, end, item] = *at;
      if (begin >= extent.end) break;
      if (end > extent.begin && !fn(item)) return;
    }
  }
}

}  // namespace cow::alsan
