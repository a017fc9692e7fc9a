#include "cow/diagnostics/write_log.h"

#include <algorithm>
#include <utility>

namespace cow::alsan {
namespace {

/// Ranges of changed elements that a logged write keeps apart.
constexpr std::size_t kLoggedRanges = 256;

bool is_before(const LoggedWrite& write, Moment moment) { return write.moment < moment; }

}  // namespace

std::vector<std::pair<Index, Index>> ranges_of(std::vector<Index> elements) {
  std::sort(elements.begin(), elements.end());
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
