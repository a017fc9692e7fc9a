#ifndef COW_CORE_ARRAY_REDUCTIONS_H_
#define COW_CORE_ARRAY_REDUCTIONS_H_

#include <type_traits>

#include "cow/core/array_views.h"
#include "cow/core/reduce.h"

namespace cow::internal {

/// `T`; depends on `E`, so that `Array<T>` is asked for only when `Array<E>`'s members are.
template <class E, class T>
using Beside = std::conditional_t<Element<E>, T, E>;

/// The members of `Array` that reduce its elements: to one value, or along one axis, which the
/// result, a new array, does not have. O(size). A temporary is given up before they return.
/// Complex numbers are ordered by real, then imaginary part. As in NumPy, an array without axes has
/// an axis 0 for all of them but `mean`.
/// Errors: `std::out_of_range` for an axis that there is not; `std::bad_alloc`.
template <Element E>
class ArrayReductions : public ArrayViews<E> {
 public:
  /// 0 if there are no elements; in 64 bits for integers, which wrap. Floats side by side in memory
  /// are summed pairwise, see `core/sum.h`.
  SumOf<E> sum() const& { return sum_all<E>(node()); }
  SumOf<E> sum() && { return sum_all<E>(dying().node()); }
  Array<SumOf<E>> sum(Index axis) const& { return Array<SumOf<E>>(sum_axis<E>(node(), axis)); }
  Array<SumOf<E>> sum(Index axis) && { return Array<SumOf<E>>(sum_axis<E>(dying().node(), axis)); }

  /// Not a number if there are no elements.
  MeanOf<E> mean() const& { return mean_all<E>(node()); }
  MeanOf<E> mean() && { return mean_all<E>(dying().node()); }
  Array<MeanOf<E>> mean(Index axis) const& { return Array<MeanOf<E>>(mean_axis<E>(node(), axis)); }
  Array<MeanOf<E>> mean(Index axis) && {
    return Array<MeanOf<E>>(mean_axis<E>(dying().node(), axis));
  }

  /// NaN if there is one. Errors: `std::invalid_argument` if there are no elements to compare.
  E min() const& { return extreme<E>(node(), "minimum", Less()); }
  E min() && { return extreme<E>(dying().node(), "minimum", Less()); }
  Array<E> min(Index axis) const& {
    return Array<E>(extreme_axis<E>(node(), axis, "minimum", Less()));
  }
  Array<E> min(Index axis) && {
    return Array<E>(extreme_axis<E>(dying().node(), axis, "minimum", Less()));
  }
  E max() const& { return extreme<E>(node(), "maximum", Greater()); }
  E max() && { return extreme<E>(dying().node(), "maximum", Greater()); }
  Array<E> max(Index axis) const& {
    return Array<E>(extreme_axis<E>(node(), axis, "maximum", Greater()));
  }
  Array<E> max(Index axis) && {
    return Array<E>(extreme_axis<E>(dying().node(), axis, "maximum", Greater()));
  }

  /// Where the least or greatest element is, the first of several, a NaN before all: its number in
  /// C order, or its position along the axis. Errors: `std::invalid_argument` if there are no
  /// elements to compare.
  Index argmin() const& { return extreme_position<E>(node(), "argmin", Less()); }
  Index argmin() && { return extreme_position<E>(dying().node(), "argmin", Less()); }
  Array<Beside<E, Index>> argmin(Index axis) const& {
    return Array<Beside<E, Index>>(extreme_position_axis<E>(node(), axis, "argmin", Less()));
  }
  Array<Beside<E, Index>> argmin(Index axis) && {
    return Array<Beside<E, Index>>(
        extreme_position_axis<E>(dying().node(), axis, "argmin", Less()));
  }
  Index argmax() const& { return extreme_position<E>(node(), "argmax", Greater()); }
  Index argmax() && { return extreme_position<E>(dying().node(), "argmax", Greater()); }
  Array<Beside<E, Index>> argmax(Index axis) const& {
    return Array<Beside<E, Index>>(extreme_position_axis<E>(node(), axis, "argmax", Greater()));
  }
  Array<Beside<E, Index>> argmax(Index axis) && {
    return Array<Beside<E, Index>>(
        extreme_position_axis<E>(dying().node(), axis, "argmax", Greater()));
  }

  /// Is any, or every, element other than 0?
  bool any() const& { return any_nonzero<E>(node()); }
  bool any() && { return any_nonzero<E>(dying().node()); }
  Array<Beside<E, bool>> any(Index axis) const& {
    return Array<Beside<E, bool>>(any_axis<E>(node(), axis));
  }
  Array<Beside<E, bool>> any(Index axis) && {
    return Array<Beside<E, bool>>(any_axis<E>(dying().node(), axis));
  }
  bool all() const& { return all_nonzero<E>(node()); }
  bool all() && { return all_nonzero<E>(dying().node()); }
  Array<Beside<E, bool>> all(Index axis) const& {
    return Array<Beside<E, bool>>(all_axis<E>(node(), axis));
  }
  Array<Beside<E, bool>> all(Index axis) && {
    return Array<Beside<E, bool>>(all_axis<E>(dying().node(), axis));
  }

 protected:
  using ArrayViews<E>::ArrayViews;
  using ArrayHandle::dying;
  using ArrayHandle::node;
};

}  // namespace cow::internal

#endif  // COW_CORE_ARRAY_REDUCTIONS_H_
