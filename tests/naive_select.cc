#include "cow/tests/naive_select.h"

#include <algorithm>
#include <utility>

namespace cow {

std::optional<Dims> naive_broadcast_shape(Shape a, Shape b) {
  Dims shape;
  for (std::size_t i = std::max(a.size(), b.size()); i > 0; --i) {
    const Index x = i <= a.size() ? a[a.size() - i] : 1, y = i <= b.size() ? b[b.size() - i] : 1;
    if (x != y && x != 1 && y != 1) return std::nullopt;
    shape.push_back(x == 1 ? y : x);
  }
  return shape;
}

std::optional<NaiveView> naive_select(Shape shape, const std::vector<NaiveEntry>& entries) {
  std::optional<Dims> common(std::in_place);
  int first = -1;
  bool is_split = false, left = false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].kind != NaiveEntry::kPositions) {
      left = first >= 0;
      continue;
    }
    common = naive_broadcast_shape(*common, entries[i].shape);
    if (!common.has_value()) return std::nullopt;
    if (first < 0) first = static_cast<int>(i);
    is_split = is_split || left;
  }
  Dims before, after;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].kind == NaiveEntry::kPositions || entries[i].kind == NaiveEntry::kGap) continue;
    Dims& side = !is_split && static_cast<int>(i) < first ? before : after;
    side.push_back(std::ssize(entries[i].numbers));
  }
  Dims to = before;
  to.insert(to.end(), common->begin(), common->end());
  to.insert(to.end(), after.begin(), after.end());
  return naive_view(shape, to, [&](const std::vector<Index>& position) {
    const auto begin = position.begin() + std::ssize(before);
    const std::vector<Index> chosen(begin, begin + std::ssize(*common));
    std::vector<Index> others(position.begin(), begin);
    others.insert(others.end(), begin + std::ssize(*common), position.end());
    std::vector<Index> source(shape.size());
    std::size_t other = 0;
    for (const NaiveEntry& entry : entries) {
      if (entry.kind == NaiveEntry::kNewAxis) ++other;
      if (entry.kind == NaiveEntry::kTaken) {
        source[static_cast<std::size_t>(entry.along)] =
            entry.numbers[static_cast<std::size_t>(others[other++])];
      }
      if (entry.kind != NaiveEntry::kPositions || entry.along < 0) continue;
      std::vector<Index> at(chosen.end() - std::ssize(entry.shape), chosen.end());
      for (std::size_t i = 0; i < at.size(); ++i) at[i] = entry.shape[i] == 1 ? 0 : at[i];
      source[static_cast<std::size_t>(entry.along)] =
          entry.numbers[static_cast<std::size_t>(flat(entry.shape, at))];
    }
    return source;
  });
}

}  // namespace cow
