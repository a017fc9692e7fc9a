#include "cow/diagnostics/write_effect.h"

#include <algorithm>
#include <cstring>

namespace cow::alsan {

WriteEffect::WriteEffect(std::vector<ElementBefore> changed, const std::byte* memory,
                         Index itemsize)
    : itemsize_(itemsize) {
  const auto is_less = [](const ElementBefore& a, const ElementBefore& b) {
    return a.element < b.element;
  };
  const auto is_same = [](const ElementBefore& a, const ElementBefore& b) {
    return a.element == b.element;
  };
  if (!std::is_sorted(changed.begin(), changed.end(), is_less)) {
    std::stable_sort(changed.begin(), changed.end(), is_less);
  }
  changed.erase(std::unique(changed.begin(), changed.end(), is_same), changed.end());

  const std::size_t size = static_cast<std::size_t>(itemsize);
  bits_.resize(2 * size * changed.size());
  std::byte* out = bits_.data();
  Index count = 0;
  for (const ElementBefore& one : changed) {
    if (runs_.empty() || runs_.back().end != one.element) {
      runs_.push_back({one.element, one.element, count});
    }
    runs_.back().end = one.element + 1;
    std::memcpy(out, one.before.bytes.data(), size);
    std::memcpy(out + size, memory + one.element * itemsize, size);
    out += 2 * size;
    ++count;
  }
  runs_.shrink_to_fit();
}

std::optional<WriteEffect::Change> WriteEffect::find(Index element) const {
  const auto behind = std::upper_bound(runs_.begin(), runs_.end(), element,
                                       [](Index e, const Run& run) { return e < run.begin; });
  if (behind == runs_.begin()) return std::nullopt;
  const Run& run = *(behind - 1);
  if (element >= run.end) return std::nullopt;
  const std::byte* bits = bits_.data() + 2 * itemsize_ * (run.first + element - run.begin);
  return Change{Bits::load(bits, itemsize_), Bits::load(bits + itemsize_, itemsize_)};
}

std::vector<std::pair<Index, Index>> WriteEffect::ranges() const {
  std::vector<std::pair<Index, Index>> ranges;
  for (const Run& run : runs_) ranges.emplace_back(run.begin, run.end);
  return ranges;
}

Index WriteEffect::size_bytes() const {
  return static_cast<Index>(bits_.size() + runs_.size() * sizeof(Run));
}

}  // namespace cow::alsan
