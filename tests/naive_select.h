#ifndef COW_TESTS_NAIVE_SELECT_H_
#define COW_TESTS_NAIVE_SELECT_H_

#include <optional>
#include <vector>

#include "cow/tests/naive_index.h"

/// Selections by enumeration: what tests compare indices of lists and masks with.
namespace cow {

/// One entry of a mixed index, for one axis of the array or for none. A mask of several axes is as
/// many entries of positions.
struct NaiveEntry {
  enum Kind { kTaken, kNewAxis, kPositions, kGap } kind;
  std::vector<Index> numbers;  // positions along the axis, not negative
  std::vector<Index> shape;    // of `numbers` if these are `kPositions`
  int along = -1;              // the axis
};

/// Nothing if the shapes do not broadcast.
std::optional<Dims> naive_broadcast_shape(Shape a, Shape b);

/// The elements that the entries name, all axes of the array among them; nothing if the positions
/// do not broadcast.
std::optional<NaiveView> naive_select(Shape shape, const std::vector<NaiveEntry>& entries);

}  // namespace cow

#endif  // COW_TESTS_NAIVE_SELECT_H_
