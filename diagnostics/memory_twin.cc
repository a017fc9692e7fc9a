#include "cow/diagnostics/memory_twin.h"

#include <algorithm>
#include <cstring>

#include "cow/diagnostics/for_each_address.h"

namespace cow::alsan {

MemoryTwin::MemoryTwin(const std::byte* memory, Index size_bytes, Index itemsize)
    : memory_(memory),
      itemsize_(itemsize),
      bytes_(std::make_unique<std::byte[]>(static_cast<std::size_t>(size_bytes))),
      is_seen_(static_cast<std::size_t>(size_bytes / itemsize)) {}

void MemoryTwin::see(Index element) {
  std::memcpy(bytes_.get() + element * itemsize_, memory_ + element * itemsize_,
              static_cast<std::size_t>(itemsize_));
  is_seen_[static_cast<std::size_t>(element)] = true;
}

void MemoryTwin::look_at(Index element, std::vector<Change>* changes) {
  if (is_seen_[static_cast<std::size_t>(element)]) {
    const Bits was = Bits::load(bytes_.get() + element * itemsize_, itemsize_);
    const Bits now = Bits::load(memory_ + element * itemsize_, itemsize_);
    if (was == now) return;
    changes->push_back({element, was, now});
  }
  see(element);
}

std::vector<MemoryTwin::Change> MemoryTwin::look(const internal::Access& access) {
  std::vector<Change> changes;
  if (open_spans_ > 0) return changes;
  for_each_address(access,
                   [&](const std::byte* address) { look_at(element_at(address), &changes); });
  return changes;
}

std::vector<MemoryTwin::Change> MemoryTwin::look_at_all() {
  std::vector<Change> changes;
  for (std::size_t element = 0; element < is_seen_.size(); ++element) {
    if (is_seen_[element]) look_at(static_cast<Index>(element), &changes);
  }
  return changes;
}

MemoryTwin::Elements MemoryTwin::elements_in(const std::byte* begin, const std::byte* end) const {
  const auto clamped = [&](Index bytes) {
    return std::clamp<Index>(bytes / itemsize_, 0, static_cast<Index>(is_seen_.size()));
  };
  return {clamped(begin - memory_), clamped(end - memory_ + itemsize_ - 1)};
}

std::vector<MemoryTwin::Change> MemoryTwin::look(const std::byte* begin, const std::byte* end) {
  std::vector<Change> changes;
  if (open_spans_ > 0) return changes;
  const Elements elements = elements_in(begin, end);
  for (Index element = elements.first; element < elements.last; ++element) {
    look_at(element, &changes);
  }
  return changes;
}

void MemoryTwin::accept(const std::byte* begin, const std::byte* end) {
  const Elements elements = elements_in(begin, end);
  for (Index element = elements.first; element < elements.last; ++element) see(element);
}

void MemoryTwin::begin_write(const internal::Access& access) {
  if (access.only_changed) ++open_spans_;
}

void MemoryTwin::end_write(const internal::Access& access) {
  // A span may be older than this twin.
  if (access.only_changed && open_spans_ > 0) --open_spans_;
  for_each_address(access, [&](const std::byte* address) { see(element_at(address)); });
}

}  // namespace cow::alsan
