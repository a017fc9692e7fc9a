#ifndef COW_TESTS_NAIVE_INDEX_H_
#define COW_TESTS_NAIVE_INDEX_H_

#include <functional>
#include <random>
#include <vector>

#include "cow/core/index.h"

/// Views by enumeration, independent of strides: what tests compare layouts and arrays with.
namespace cow {

/// The elements of a view: their numbers, in C order, in the array that it was made from.
struct NaiveView {
  Dims shape;
  std::vector<Index> positions;
};

using Random = std::mt19937_64;

/// Calls `visit` with all positions of `shape`, in C order.
void for_each_position(Shape shape, const std::function<void(const std::vector<Index>&)>& visit);

/// The number of an element in C order.
Index flat(Shape shape, absl::Span<const Index> position);

/// Element `position` of the view is element `source_of(position)` of an array of `shape`.
NaiveView naive_view(Shape shape, Shape to,
                     const std::function<std::vector<Index>(std::vector<Index>)>& source_of);

/// From `lowest` to `highest`, both included.
Index random_number(Random& random, Index lowest, Index highest);

/// Up to `max_ndim` axes of 0 to 4 elements, seldom 0.
Dims random_shape(Random& random, int max_ndim);

/// Up to `max_ndim` axes, some of up to `longest` elements, about as many as the tiles of kernels
/// have or their blocks; at most 20,000 elements or so, seldom 0.
Dims random_long_shape(Random& random, int max_ndim, Index longest);

/// A basic index that is valid for `shape`.
std::vector<IndexItem> random_items(Random& random, Shape shape);

/// The positions that a Python slice takes of `extent` elements.
std::vector<Index> naive_slice(const Slice& slice, Index extent);

NaiveView naive_index(Shape shape, IndexItems items);
NaiveView naive_transpose(Shape shape, absl::Span<const Index> axes);
NaiveView naive_broadcast(Shape shape, Shape to);

}  // namespace cow

#endif  // COW_TESTS_NAIVE_INDEX_H_
