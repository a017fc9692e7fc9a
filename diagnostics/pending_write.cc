#include "cow/diagnostics/pending_write.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "cow/diagnostics/for_each_address.h"

namespace cow::alsan {
namespace {

/// What a write that has ended may hold for the next one.
constexpr std::size_t kSpareBytes = 1 << 20;

/// Elements that are compared at once.
constexpr Index kAtOnce = 64;

bool is_equal(const std::byte* a, const std::byte* b, Index itemsize) {
  switch (itemsize) {  // for the compiler, which knows a faster way for each
    case 1:
      return *a == *b;
    case 2:
      return std::memcmp(a, b, 2) == 0;
    case 4:
      return std::memcmp(a, b, 4) == 0;
    case 8:
      return std::memcmp(a, b, 8) == 0;
    default:
      return std::memcmp(a, b, 16) == 0;
  }
}

/// Do all of `kAtOnce` elements differ?
template <class Word>
bool all_differ(const std::byte* a, const std::byte* b) {
  Word equal = 0;
  for (std::size_t i = 0; i < kAtOnce; ++i) {
    Word x, y;
    std::memcpy(&x, a + i * sizeof x, sizeof x);
    std::memcpy(&y, b + i * sizeof y, sizeof y);
    const Word difference = x ^ y;
    equal |= (difference - 1) & ~difference;  // the top bit, if they are equal
  }
  return (equal >> (8 * sizeof equal - 1)) == 0;
}

bool all_differ(const std::byte* a, const std::byte* b, Index itemsize) {
  return (itemsize == 8 && all_differ<std::uint64_t>(a, b)) ||
         (itemsize == 4 && all_differ<std::uint32_t>(a, b));
}

/// Calls `fn(begin, end)` for the ranges of elements that differ.
template <class Fn>
void for_each_difference(const std::byte* before, const std::byte* now, Index count, Index itemsize,
                         Fn fn) {
  Index begin = -1;
  for (Index i = 0; i < count;) {
    const Index end = std::min(i + kAtOnce, count);
    const std::size_t size_bytes = static_cast<std::size_t>((end - i) * itemsize);
    if (begin < 0 && std::memcmp(before + i * itemsize, now + i * itemsize, size_bytes) == 0) {
      i = end;
    } else if (end - i == kAtOnce &&
               all_differ(before + i * itemsize, now + i * itemsize, itemsize)) {
      if (begin < 0) begin = i;
      i = end;
    }
    for (; i < end; ++i) {
      const bool changed = !is_equal(before + i * itemsize, now + i * itemsize, itemsize);
      if (changed && begin < 0) begin = i;
      if (!changed && begin >= 0) fn(std::exchange(begin, -1), i);
    }
  }
  if (begin >= 0) fn(begin, count);
}

}  // namespace

void PendingWrite::keep(const internal::Access& access) {
  const BufferRecord& buffer = *value->buffer;
  const Index itemsize = buffer.itemsize();
  for_each_run(access, itemsize, [&](std::byte* address, Index count) {
    const Index begin = buffer.element_at(address);
    elements.emplace_back(begin, begin + count);
    before.insert(before.end(), address, address + count * itemsize);
  });
}

void PendingWrite::for_each_range(Visit visit) const {
  const Index itemsize = value->buffer->itemsize();
  const std::byte* bytes = before.data();
  for (const auto& [begin, end] : elements) {
    visit(begin, end, bytes);
    bytes += (end - begin) * itemsize;
  }
}

void PendingWrite::for_each_change(Visit visit) const {
  const BufferRecord& buffer = *value->buffer;
  const Index itemsize = buffer.itemsize();
  for_each_range([&](Index begin, Index end, const std::byte* bytes) {
    for_each_difference(
        bytes, buffer.address_of(begin), end - begin, itemsize,
        [&](Index from, Index to) { visit(begin + from, begin + to, bytes + from * itemsize); });
  });
}

std::vector<ElementBefore> PendingWrite::effect() const {
  const Index itemsize = value->buffer->itemsize();
  std::vector<ElementBefore> effect;
  for_each_change([&](Index begin, Index end, const std::byte* bytes) {
    for (Index i = begin; i < end; ++i) {
      effect.push_back({i, Bits::load(bytes + (i - begin) * itemsize, itemsize)});
    }
  });
  return effect;
}

void PendingWrite::reset() {
  node = through = nullptr;
  value = nullptr;
  elements.clear();
  before.clear();
  changed.clear();
  if (before.capacity() > kSpareBytes) before.shrink_to_fit();
  for (auto* ranges : {&elements, &changed}) {
    if (ranges->capacity() > kSpareBytes / sizeof ranges->front()) ranges->shrink_to_fit();
  }
}

}  // namespace cow::alsan
