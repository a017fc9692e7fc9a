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

MemoryTwin::Elements MemoryTwin::elements_of(const internal::Access& access) const {
  const Layout& layout = access.layout;
  if (access.is_scattered || layout.empty() || !layout.is_dense(itemsize_)) return {0, 0};
  const ByteRange range = layout.byte_range(itemsize_);
  const std::byte* const origin = access.address - layout.offset();
  return elements_in(origin + range.begin, origin + range.end);
}

void MemoryTwin::see(Elements elements) {
  std::memcpy(bytes_.get() + elements.first * itemsize_, memory_ + elements.first * itemsize_,
              static_cast<std::size_t>((elements.last - elements.first) * itemsize_));
  std::fill(is_seen_.begin() + elements.first, is_seen_.begin() + elements.last, true);
}

void MemoryTwin::look_at(Elements elements, std::vector<Change>* changes) {
  constexpr Index kBlock = 256;
  for (Index first = elements.first; first < elements.last; first += kBlock) {
    const Elements block{first, std::min(first + kBlock, elements.last)};
    const Index offset = first * itemsize_;
    const auto block_bytes = static_cast<std::size_t>((block.last - first) * itemsize_);
    if (std::memcmp(bytes_.get() + offset, memory_ + offset, block_bytes) == 0) {
      std::fill(is_seen_.begin() + first, is_seen_.begin() + block.last, true);
      continue;
    }
    for (Index element = first; element < block.last; ++element) look_at(element, changes);
  }
}

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
  const Elements elements = elements_of(access);
  look_at(elements, &changes);
  if (elements.first < elements.last) return changes;
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
  look_at(elements_in(begin, end), &changes);
  return changes;
}

void MemoryTwin::accept(const std::byte* begin, const std::byte* end) {
  see(elements_in(begin, end));
}

void MemoryTwin::begin_write(const internal::Access& access) {
  if (access.only_changed) ++open_spans_;
}

void MemoryTwin::end_write(const internal::Access& access) {
  // A span may be older than this twin.
  if (access.only_changed && open_spans_ > 0) --open_spans_;
  const Elements elements = elements_of(access);
  see(elements);
  if (elements.first < elements.last) return;
  for_each_address(access, [&](const std::byte* address) { see(element_at(address)); });
}

}  // namespace cow::alsan
