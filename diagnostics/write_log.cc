#include "cow/diagnostics/write_log.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace cow::alsan {
namespace {

/// Ranges of changed elements that a logged write keeps apart.
constexpr std::size_t kLoggedRanges = 256;

bool is_before(const LoggedWrite& write, Moment moment) { return write.moment < moment; }

Index effect_bytes_of(const LoggedWrite& write) {
  return write.effect == nullptr ? 0 : write.effect->size_bytes();
}

}  // namespace

std::vector<std::pair<Index, Index>> ranges_of(std::vector<Index> elements) {
  if (!std::is_sorted(elements.begin(), elements.end())) {
    std::sort(elements.begin(), elements.end());
  }
  std::vector<std::pair<Index, Index>> ranges;
  for (Index element : elements) {
    if (!ranges.empty() && element <= ranges.back().second) {
      ranges.back().second = element + 1;
    } else if (ranges.size() == kLoggedRanges) {
      return {{ranges.front().first, elements.back() + 1}};
    } else {
      ranges.emplace_back(element, element + 1);
    }
  }
  return ranges;
}

std::vector<std::pair<Index, Index>> ranges_of(const WriteEffect& effect) {
  std::vector<std::pair<Index, Index>> ranges = effect.ranges();
  if (ranges.size() > kLoggedRanges) return {{ranges.front().first, ranges.back().second}};
  return ranges;
}

bool LoggedWrite::may_have_changed(Index element) const {
  if (effect != nullptr) return effect->find(element).has_value();
  const auto behind = std::upper_bound(
      changed.begin(), changed.end(), element,
      [](Index e, const std::pair<Index, Index>& range) { return e < range.first; });
  return behind != changed.begin() && element < (behind - 1)->second;
}

bool LoggedWrite::is_exact() const {
  if (effect != nullptr) return true;
  Index covered = 0;
  for (const auto& [begin, end] : changed) covered += end - begin;
  return covered <= changed_elements;
}

void WriteLog::add(LoggedWrite write) {
  effect_bytes_ += effect_bytes_of(write);
  if (write.effect != nullptr) first_effect_ = std::min(first_effect_, write.moment);
  // A span's write began before writes made while it was open.
  const auto place = std::lower_bound(writes_.begin(), writes_.end(), write.moment, is_before);
  writes_.insert(place, std::move(write));
  if (writes_.size() > capacity_) {
    effect_bytes_ -= effect_bytes_of(writes_.front());
    writes_.pop_front();
    ++dropped_;
  }
  drop_effects();
}

void WriteLog::drop_effects() {
  if (effect_bytes_ <= effect_capacity_) return;
  auto at = std::lower_bound(writes_.begin(), writes_.end(), first_effect_, is_before);
  for (; effect_bytes_ > effect_capacity_; ++at) {
    effect_bytes_ -= effect_bytes_of(*at);
    at->effect.reset();
  }
  first_effect_ = at == writes_.end() ? std::numeric_limits<Moment>::max() : at->moment;
}

const LoggedWrite* WriteLog::find(Moment moment) const {
  const auto found = std::lower_bound(writes_.begin(), writes_.end(), moment, is_before);
  return found != writes_.end() && found->moment == moment ? &*found : nullptr;
}

}  // namespace cow::alsan
