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
  SumOf<E> sum() const& { return Reductions<E>::sum(node()); }
  SumOf<E> sum() && { return Reductions<E>::sum(dying().node()); }
  Array<SumOf<E>> sum(Index axis) const& {
    return Array<SumOf<E>>(Reductions<E>::sum(node(), axis));
  }
  Array<SumOf<E>> sum(Index axis) && {
    return Array<SumOf<E>>(Reductions<E>::sum(dying().node(), axis));
  }

  /// Not a number if there are no elements.
  MeanOf<E> mean() const& { return Reductions<E>::mean(node()); }
  MeanOf<E> mean() && { return Reductions<E>::mean(dying().node()); }
  Array<MeanOf<E>> mean(Index axis) const& {
    return Array<MeanOf<E>>(Reductions<E>::mean(node(), axis));
  }
  Array<MeanOf<E>> mean(Index axis) && {
    return Array<MeanOf<E>>(Reductions<E>::mean(dying().node(), axis));
  }

  /// NaN if there is one. Errors: `std::invalid_argument` if there are no elements to compare.
  E min() const& { return Reductions<E>::min(node()); }
  E min() && { return Reductions<E>::min(dying().node()); }
  Array<E> min(Index axis) const& { return Array<E>(Reductions<E>::min(node(), axis)); }
  Array<E> min(Index axis) && { return Array<E>(Reductions<E>::min(dying().node(), axis)); }
  E max() const& { return Reductions<E>::max(node()); }
  E max() && { return Reductions<E>::max(dying().node()); }
  Array<E> max(Index axis) const& { return Array<E>(Reductions<E>::max(node(), axis)); }
  Array<E> max(Index axis) && { return Array<E>(Reductions<E>::max(dying().node(), axis)); }

  /// Where the least or greatest element is, the first of several, a NaN before all: its number in
  /// C order, or its position along the axis. Errors: `std::invalid_argument` if there are no
  /// elements to compare.
  Index argmin() const& { return Reductions<E>::argmin(node()); }
  Index argmin() && { return Reductions<E>::argmin(dying().node()); }
  Array<Beside<E, Index>> argmin(Index axis) const& {
    return Array<Beside<E, Index>>(Reductions<E>::argmin(node(), axis));
  }
  Array<Beside<E, Index>> argmin(Index axis) && {
    return Array<Beside<E, Index>>(Reductions<E>::argmin(dying().node(), axis));
  }
  Index argmax() const& { return Reductions<E>::argmax(node()); }
  Index argmax() && { return Reductions<E>::argmax(dying().node()); }
  Array<Beside<E, Index>> argmax(Index axis) const& {
    return Array<Beside<E, Index>>(Reductions<E>::argmax(node(), axis));
  }
  Array<Beside<E, Index>> argmax(Index axis) && {
    return Array<Beside<E, Index>>(Reductions<E>::argmax(dying().node(), axis));
  }

  /// Is any, or every, element other than 0?
  bool any() const& { return Reductions<E>::any(node()); }
  bool any() && { return Reductions<E>::any(dying().node()); }
  Array<Beside<E, bool>> any(Index axis) const& {
    return Array<Beside<E, bool>>(Reductions<E>::any(node(), axis));
  }
  Array<Beside<E, bool>> any(Index axis) && {
    return Array<Beside<E, bool>>(Reductions<E>::any(dying().node(), axis));
  }
  bool all() const& { return Reductions<E>::all(node()); }
  bool all() && { return Reductions<E>::all(dying().node()); }
  Array<Beside<E, bool>> all(Index axis) const& {
    return Array<Beside<E, bool>>(Reductions<E>::all(node(), axis));
  }
  Array<Beside<E, bool>> all(Index axis) && {
    return Array<Beside<E, bool>>(Reductions<E>::all(dying().node(), axis));
  }

 protected:
  using ArrayViews<E>::ArrayViews;
  using ArrayHandle::dying;
  using ArrayHandle::node;
};

}  // namespace cow::internal

#endif  // COW_CORE_ARRAY_REDUCTIONS_H_
