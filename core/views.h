#ifndef COW_CORE_VIEWS_H_
#define COW_CORE_VIEWS_H_

#include "cow/core/index.h"
#include "cow/core/int_tuple.h"
#include "cow/core/make_view.h"
#include "cow/core/node.h"
#include "cow/core/write_gate.h"

/// The views of an array, whatever its elements are: what the members of `Array` of nearly these
/// names return. Errors: those of the function that makes the layout (`index_layout`, ...); nothing
/// has changed then.
namespace cow::internal {

/// The view of `source` that `arrange` makes of its layout; `op()`, of `kind`, says how.
template <class Arrange, class MakeOp>
Handle arranged_view(Handle& source, Receiver receiver, ViewOp::Kind kind, const Arrange& arrange,
                     const MakeOp& op) {
  Node& node = source.node();
  if (receiver == Receiver::kNamed && node.has(kStretched)) {
    arrange(node.layout);  // its errors must change nothing
    make_elements_distinct(node);
  }
  return make_view(source, kind, arrange, op, receiver);
}

Handle index_view(Handle& source, Receiver receiver, IndexItems items);
/// Null if the elements would have to be copied.
Handle reshaped_view(Handle& source, Receiver receiver, Shape shape);
Handle reversed_view(Handle& source, Receiver receiver);  // T()
Handle transposed_view(Handle& source, Receiver receiver, const IntTuple& axes);
Handle swapped_view(Handle& source, Receiver receiver, Index axis1, Index axis2);
Handle squeezed_view(Handle& source, Receiver receiver, const IntTuple& axes);
Handle expanded_view(Handle& source, Receiver receiver, Index axis);
Handle broadcast_view(Handle& source, Receiver receiver, Shape shape);
Handle diagonal_view(Handle& source, Receiver receiver, Index offset, Index axis1, Index axis2);
Handle flipped_view(Handle& source, Receiver receiver, const IntTuple& axes);
Handle windows_view(Handle& source, Receiver receiver, const IntTuple& window,
                    const IntTuple& axes);
/// `alignment` is that of the elements.
Handle strided_view(Handle& source, Receiver receiver, Shape shape,
                    absl::Span<const Index> strides_bytes, Index alignment);

}  // namespace cow::internal

#endif  // COW_CORE_VIEWS_H_
