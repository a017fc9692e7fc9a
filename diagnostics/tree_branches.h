#ifndef COW_DIAGNOSTICS_TREE_BRANCHES_H_
#define COW_DIAGNOSTICS_TREE_BRANCHES_H_

#include <string>
#include <vector>

#include "absl/types/span.h"

namespace cow::alsan {

/// What stands before the name in each row of a tree, "│   ├── ", given the rows' depths in
/// depth-first order; roots have depth 0 and nothing before them.
std::vector<std::string> tree_branches(absl::Span<const int> depths);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_TREE_BRANCHES_H_
