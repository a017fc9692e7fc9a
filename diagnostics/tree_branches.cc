#include "cow/diagnostics/tree_branches.h"

#include <algorithm>
#include <cstddef>

namespace cow::alsan {

// Goes backwards: a row is the last of its siblings unless one of its depth follows before one of
// less.
std::vector<std::string> tree_branches(absl::Span<const int> depths) {
  std::vector<std::string> branches(depths.size());
  std::vector<bool> has_more;
  for (std::size_t row = depths.size(); row-- > 0;) {
    const std::size_t depth = static_cast<std::size_t>(std::max(depths[row], 0));
    has_more.resize(depth + 1, false);
    for (std::size_t level = 1; level < depth; ++level) {
      branches[row] += has_more[level] ? "│   " : "    ";
    }
    if (depth > 0) branches[row] += has_more[depth] ? "├── " : "└── ";
    has_more[depth] = true;
  }
  return branches;
}

}  // namespace cow::alsan
