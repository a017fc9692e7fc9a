#include "cow/diagnostics/write_log.h"

#include <algorithm>
#include <utility>

namespace cow::alsan {
namespace {

/// Ranges of changed elements that a logged write keeps apart.
constexpr std::size_t kLoggedRanges = 256;

bool is_before(const LoggedWrite& write, Moment moment) { return write.moment < moment; }

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

void WriteLog::add(LoggedWrite write) {
  // A span's write began before writes made while it was open.
  const auto place = std::lower_bound(writes_.begin(), writes_.end(), write.moment, is_before);
  writes_.insert(place, std::move(write));
  if (writes_.size() <= capacity_) return;
  writes_.pop_front();
  ++dropped_;
}

const LoggedWrite* WriteLog::find(Moment moment) const {
  const auto found = std::lower_bound(writes_.begin(), writes_.end(), moment, is_before);
  return found != writes_.end() && found->moment == moment ? &*found : nullptr;
}

}  // namespace cow::alsan
