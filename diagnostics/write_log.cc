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

std::vector<std::pair<Index, Index>> joined_ranges(std::vector<std::pair<Index, Index>> ranges) {
  std::sort(ranges.begin(), ranges.end());
  std::size_t joined = 0;
  for (const auto& [begin, end] : ranges) {
    if (joined > 0 && begin <= ranges[joined - 1].second) {
      ranges[joined - 1].second = std::max(ranges[joined - 1].second, end);
    } else {
      ranges[joined++] = {begin, end};
    }
  }
  ranges.resize(joined);
  if (joined > kLoggedRanges) return {{ranges.front().first, ranges.back().second}};
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

bool WriteLog::extend(Moment moment, const ArrayRecord* through, StackId site, int buffer_number,
                      Index element) {
  if (writes_.empty()) return false;
  LoggedWrite& newest = writes_.back();
  if (newest.site != site || newest.through.get() != through ||
      newest.buffer_number != buffer_number || newest.moment >= moment ||
      newest.changed.size() != 1 || newest.changed[0].second != element) {
    return false;
  }
  newest.changed[0].second = element + 1;
  ++newest.changed_elements;
  newest.last_moment = moment;
  effect_bytes_ -= effect_bytes_of(newest);
  newest.effect.reset();
  return true;
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
  const auto behind = std::lower_bound(writes_.begin(), writes_.end(), moment + 1, is_before);
  if (behind == writes_.begin()) return nullptr;
  const LoggedWrite& write = *(behind - 1);
  return write.moment == moment || write.last_moment >= moment ? &write : nullptr;
}

}  // namespace cow::alsan
