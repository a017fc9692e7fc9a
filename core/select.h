#ifndef COW_CORE_SELECT_H_
#define COW_CORE_SELECT_H_

#include <concepts>

#include "cow/core/array_traits.h"
#include "cow/core/dtype.h"
#include "cow/core/node.h"
#include "cow/core/positions.h"
#include "cow/core/promote.h"
#include "cow/core/selected_elements.h"
#include "cow/core/write_gate.h"

/// Reads and writes of selected elements.
namespace cow::internal {

/// The selected elements in a new array, in C order. `may_be_left_side`: of a statement such as
/// `a[mask] = x`, which does not read them after all.
Handle copy_selected(const Node& source, const SelectedElements& selected,
                     bool may_be_left_side = false);

/// `positions` along `axis` in a new array: `select_along`, then `copy_selected`. `shape`: of
/// `source`, or one axis of all its elements in C order.
Handle take_along(const Node& source, Shape shape, Positions positions, Index axis);

/// Writes `value`, of the array's element type, into the selected elements.
/// Errors: as the gate; nothing has changed then.
void fill_selected(Node& destination, Receiver receiver, const SelectedElements& selected,
                   const void* value);

/// Writes the elements of `values`, of the same element type, broadcast to the selection's shape,
/// into the selected elements, in order; all are read first.
/// Errors: as the gate; `std::invalid_argument` if they do not broadcast; nothing has changed then.
void assign_selected(Node& destination, Receiver receiver, const SelectedElements& selected,
                     const Node& values);

/// `values`, a number or an array, into the selected elements of `node`.
template <Element E, class Values>
void write_selected(Node& node, Receiver receiver, const SelectedElements& elements,
                    const Values& values) {
  if constexpr (!AnyArray<Values>) {
    const E value = cast_element<E>(static_cast<Scalar<Values>>(values));
    fill_selected(node, receiver, elements, &value);
  } else if constexpr (std::same_as<typename Values::value_type, E>) {
    assign_selected(node, receiver, elements, values.handle().node());
  } else {
    const Array<E> converted = values.template astype<E>();
    assign_selected(node, receiver, elements, converted.handle().node());
  }
}

}  // namespace cow::internal

#endif  // COW_CORE_SELECT_H_
