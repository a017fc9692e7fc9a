#include "cow/diagnostics/element_history.h"

#include <limits>
#include <utility>

namespace cow::alsan {
namespace {

constexpr Moment kNow = std::numeric_limits<Moment>::max();

}  // namespace

void ElementHistory::record_write(Index element, std::uint64_t value, Moment moment,
                                  const Bits& before, IsKnown is_known, BornBetween born_between) {
  auto& block = blocks_[static_cast<std::size_t>(element / kBlock)];
  if (block == nullptr) block = std::make_unique<Block>();
  Element& history = (*block)[static_cast<std::size_t>(element % kBlock)];
  if (!history.writes.empty()) {
    // Nobody can ask for what lay between two writes of one value if none was born meanwhile.
    const Write& last = history.writes.back();
    if (last.value == value && !born_between(last.moment, moment)) return;
  }
  history.writes.push_back({moment, value, before});
  if (history.writes.size() >= history.compact_at) {
    compact(&history, is_known, born_between);
    history.compact_at = static_cast<std::uint32_t>(2 * history.writes.size() + 8);
  }
}

// A write is asked for in two ways: as the last one of its value before some moment that matters
// (now, or a birth), and for its `before`, which is what followed the write before it.
void ElementHistory::compact(Element* element, IsKnown is_known, BornBetween born_between) {
  auto& writes = element->writes;
  const std::size_t count = writes.size();
  std::vector<bool> is_asked(count, false);
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_known(writes[i].value)) continue;
    Moment next_own = kNow;
    for (std::size_t j = i + 1; j < count && next_own == kNow; ++j) {
      if (writes[j].value == writes[i].value) next_own = writes[j].moment;
    }
    is_asked[i] = next_own == kNow || born_between(writes[i].moment, next_own);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    // The first one tells what the buffer's owner began with.
    if (i == 0 || is_asked[i] || is_asked[i - 1]) writes[kept++] = writes[i];
  }
  writes.resize(kept);
}

Bits ElementHistory::expected(Index element, const Value& value, const Bits& now) const {
  const Element* history = find(element);
  if (history == nullptr || history->writes.empty()) return now;
  const auto& writes = history->writes;
  const auto content_before = [&](std::size_t i) {
    return i < writes.size() ? writes[i].before : now;
  };
  Moment until = kNow;
  for (const Value* asked = &value; asked != nullptr; asked = asked->made_from) {
    for (std::size_t i = writes.size(); i-- > 0;) {
      if (writes[i].value == asked->id && writes[i].moment < until) return content_before(i + 1);
    }
    until = asked->birth;
  }
  return content_before(0);
}

}  // namespace cow::alsan
