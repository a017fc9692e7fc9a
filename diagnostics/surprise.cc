#include "cow/diagnostics/surprise.h"

#include "cow/diagnostics/for_each_address.h"

namespace cow::alsan {
namespace {

/// Of the elements of `buffer` from `begin` to `end`, of which `begin` is at `position`.
void find_in_row(const BufferRecord& buffer, const Value& reader, Index begin, Index end,
                 Index position, std::vector<Surprise>* found) {
  const ElementHistory& history = *buffer.history;
  const auto add = [&](Index element, const Bits& was) {
    found->push_back({position + element - begin, element,
                      Bits::load(buffer.address_of(element), buffer.itemsize()), was,
                      history.last_change(element), history.last_change_is_meant(element)});
  };
  history.find_unexpected(begin, end, reader, buffer.address_of(begin), add);
}

}  // namespace

std::vector<Surprise> find_surprises(const BufferRecord& buffer, const Value& reader,
                                     const internal::Access& access) {
  std::vector<Surprise> found;
  if (buffer.history == nullptr) return found;
  Index position = 0;
  for_each_run(access, buffer.itemsize(), [&](std::byte* address, Index count) {
    const Index begin = buffer.element_at(address);
    find_in_row(buffer, reader, begin, begin + count, position, &found);
    position += count;
  });
  return found;
}

std::vector<Surprise> find_surprises(const BufferRecord& buffer, const Value& reader,
                                     absl::Span<const Index> elements) {
  std::vector<Surprise> found;
  if (buffer.history == nullptr) return found;
  for (Index element : elements) {
    find_in_row(buffer, reader, element, element + 1, 0, &found);
  }
  return found;
}

}  // namespace cow::alsan
