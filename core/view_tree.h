#ifndef COW_CORE_VIEW_TREE_H_
#define COW_CORE_VIEW_TREE_H_

#include <string>

#include "cow/core/array.h"

namespace cow {
namespace internal {

std::string view_tree_of(const Node& node);

}  // namespace internal

/// The arrays that share `a`'s memory as a tree, one line each, with labels and shapes. With
/// diagnostics linked, all that are alive and how each was made; without, `a` and those that it was
/// made from.
template <Element E>
std::string view_tree(const Array<E>& a) {
  return internal::view_tree_of(a.handle().node());
}

}  // namespace cow

#endif  // COW_CORE_VIEW_TREE_H_
