#include "cow/core/view_tree.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "cow/core/observer.h"

namespace cow::internal {

std::string view_tree_of(const Node& node) {
  if (node.has(kObserved)) return current_observer()->view_tree_text(node);
  std::vector<const Node*> path;
  for (const Node* at = &node; at != nullptr; at = at->parent) path.push_back(at);
  std::string text, indent;
  for (auto at = path.rbegin(); at != path.rend(); ++at) {
    const std::string name = (*at)->label ? *(*at)->label : at == path.rbegin() ? "array" : "view";
    absl::StrAppend(&text, indent, at == path.rbegin() ? "" : "└── ", name, " ",
                    tuple_text((*at)->layout.shape()), "\n");
    if (at != path.rbegin()) indent += "    ";
  }
  return text;
}

}  // namespace cow::internal
