#include "cow/diagnostics/surprise.h"

#include <algorithm>
#include <optional>

#include "cow/diagnostics/for_each_address.h"

namespace cow::alsan {
namespace {

std::optional<Surprise> surprise_at(const BufferRecord& buffer, const Value& reader,
                                    Index element) {
  Index block_end;
  if (!buffer.history->is_recorded(element, &block_end)) return std::nullopt;
  const Bits now = Bits::load(buffer.address_of(element), buffer.itemsize());
  const Bits was = buffer.history->expected(element, reader, now);
  if (was == now) return std::nullopt;
  return Surprise{0,
                  element,
                  now,
                  was,
                  buffer.history->last_change(element),
                  buffer.history->last_change_is_meant(element)};
}

}  // namespace

std::vector<Surprise> find_surprises(const BufferRecord& buffer, const Value& reader,
                                     const internal::Access& access) {
  std::vector<Surprise> found;
  if (buffer.history == nullptr) return found;
  const auto check = [&](Index element, Index position) {
    if (std::optional<Surprise> surprise = surprise_at(buffer, reader, element)) {
      surprise->position = position;
      found.push_back(*surprise);
    }
  };
  if (!access.is_scattered && access.layout.is_contiguous(buffer.itemsize())) {
    const Index begin = buffer.element_at(access.address);
    const Index end = begin + access.layout.size();
    for (Index element = begin; element < end;) {
      Index block_end;
      if (!buffer.history->is_recorded(element, &block_end)) {
        element = block_end;
        continue;
      }
      for (; element < std::min(block_end, end); ++element) check(element, element - begin);
    }
    return found;
  }
  Index position = 0;
  for_each_address(access, [&](std::byte* address) {
    check(buffer.element_at(address), position);
    ++position;
  });
  return found;
}

std::vector<Surprise> find_surprises(const BufferRecord& buffer, const Value& reader,
                                     absl::Span<const Index> elements) {
  std::vector<Surprise> found;
  if (buffer.history == nullptr) return found;
  for (Index element : elements) {
    if (std::optional<Surprise> surprise = surprise_at(buffer, reader, element)) {
      found.push_back(*surprise);
    }
  }
  return found;
}

}  // namespace cow::alsan
