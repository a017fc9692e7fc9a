#include "cow/diagnostics/kept_memory.h"

#include <algorithm>

namespace cow::alsan {

void KeptMemory::on_allocate(const BufferRecord& buffer) {
  if (buffer.size_bytes < kLargeBytes) return;
  large_.insert(&buffer);
  live_bytes_ += buffer.size_bytes;
  if (live_bytes_ <= peak_bytes_) return;
  peak_bytes_ = live_bytes_;
  at_peak_ = kept_now(false);
}

void KeptMemory::on_free(const BufferRecord& buffer) {
  if (large_.erase(&buffer) > 0) live_bytes_ -= buffer.size_bytes;
}

std::vector<KeptMemory::Kept> KeptMemory::find() const {
  std::vector<Kept> found = at_peak_;
  for (Kept& kept : kept_now(true)) {
    const auto is_same = [&](const Kept& other) { return other.view == kept.view; };
    if (std::ranges::none_of(at_peak_, is_same)) found.push_back(std::move(kept));
  }
  return found;
}

std::vector<KeptMemory::Kept> KeptMemory::kept_now(bool at_exit) const {
  std::vector<Kept> found;
  for (const BufferRecord* buffer : large_) {
    Index seen_bytes = 0;
    ArrayRecord* oldest = nullptr;
    bool has_owner = false;
    for (const ValueRecord* value : buffer->births) {
      for (ArrayRecord* array : value->arrays) {
        has_owner |= array->made_from == nullptr;
        seen_bytes += array->layout.size() * array->itemsize();
        if (oldest == nullptr || array->number < oldest->number) oldest = array;
      }
    }
    if (has_owner || oldest == nullptr || seen_bytes > buffer->size_bytes / kSmallPart) continue;
    found.push_back({oldest->of_node, buffer->size_bytes, seen_bytes, at_exit});
  }
  std::ranges::sort(found, {}, [](const Kept& kept) { return kept.view->number; });
  return found;
}

}  // namespace cow::alsan
