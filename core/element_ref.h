#ifndef COW_CORE_ELEMENT_REF_H_
#define COW_CORE_ELEMENT_REF_H_

#include <initializer_list>
#include <ostream>
#include <utility>

#include "cow/core/elementwise.h"
#include "cow/core/index.h"
#include "cow/core/node.h"
#include "cow/core/write_gate.h"

namespace cow {
namespace internal {

/// Byte distance of the element at `position` from element (0, ..., 0).
/// Errors: `std::out_of_range`, also for a wrong number of positions. O(ndim).
inline Index displacement_of(const Layout& layout, std::initializer_list<Index> position) {
  if (static_cast<int>(position.size()) != layout.ndim()) {
    throw_wrong_rank(layout, static_cast<int>(position.size()));
  }
  Index displacement = 0;
  int axis = 0;
  for (Index i : position) {
    displacement += normalize_index(i, layout.extent(axis), axis) * layout.stride(axis);
    ++axis;
  }
  return displacement;
}

/// Where the element at `position` is. Errors: as `displacement_of`.
inline ElementPlace place_of(const Layout& layout, std::initializer_list<Index> position) {
  if (static_cast<int>(position.size()) != layout.ndim()) {
    throw_wrong_rank(layout, static_cast<int>(position.size()));
  }
  ElementPlace place{0, 0};
  int axis = 0;
  for (Index i : position) {
    const Index extent = layout.extent(axis);
    const Index from_front = normalize_index(i, extent, axis);
    place.displacement += from_front * layout.stride(axis);
    place.flat = place.flat * extent + from_front;
    ++axis;
  }
  return place;
}

}  // namespace internal

/// One element of an array that may be written: what `a(i, j)` gives. Converts to the element's
/// value; `a(i, j) = x` writes through the gate. Valid while the array is, and not to be kept.
template <class T>
class ElementRef {
 public:
  ElementRef(internal::Node& node, internal::Receiver receiver, internal::ElementPlace place)
      : node_(&node), place_(place), receiver_(receiver) {}

  operator T() const {
    if (!node_->has(internal::kSlowRead)) {
      return internal::element_at<const T>(node_->data + place_.displacement);
    }
    return internal::element_at<const T>(internal::begin_read_element(*node_, place_.displacement));
  }

  /// Errors: `ReadOnlyError`, and `std::bad_alloc` where a copy is due; nothing has changed then.
  void operator=(const T& value) && {
    if (!node_->has(internal::kSlowWrite)) {
      internal::element_at<T>(node_->data + place_.displacement) = value;
    } else if (receiver_ == internal::Receiver::kNamed && internal::is_sole_owner(*node_)) {
      node_->flags |= internal::kWrittenByName;  // as the gate does
      internal::element_at<T>(node_->data + place_.displacement) = value;
    } else {
      internal::write_element(*node_, receiver_, place_, &value);
    }
  }
  void operator=(const ElementRef& other) && { std::move(*this) = static_cast<T>(other); }
  template <class U>
  void operator=(const ElementRef<U>& other) && {
    std::move(*this) = static_cast<T>(static_cast<U>(other));
  }

  template <class U>
  void operator+=(const U& value) && {
    std::move(*this) = static_cast<T>(static_cast<T>(*this) + value);
  }
  template <class U>
  void operator-=(const U& value) && {
    std::move(*this) = static_cast<T>(static_cast<T>(*this) - value);
  }
  template <class U>
  void operator*=(const U& value) && {
    std::move(*this) = static_cast<T>(static_cast<T>(*this) * value);
  }
  template <class U>
  void operator/=(const U& value) && {
    std::move(*this) = static_cast<T>(static_cast<T>(*this) / value);
  }

  ElementRef(const ElementRef&) = default;

  friend std::ostream& operator<<(std::ostream& out, const ElementRef& element) {
    return out << static_cast<T>(element);
  }

 private:
  internal::Node* node_;
  internal::ElementPlace place_;
  internal::Receiver receiver_;
};

}  // namespace cow

#endif  // COW_CORE_ELEMENT_REF_H_
