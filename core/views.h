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
NewNode arranged_view(Handle& source, Receiver receiver, ViewOp::Kind kind, const Arrange& arrange,
                      const MakeOp& op) {
  Node& node = source.node();
  if (receiver == Receiver::kNamed && node.has(kStretched)) {
    arrange(node.layout);  // its errors must change nothing
    make_elements_distinct(node);
  }
  return make_view(source, kind, arrange, op, receiver);
}

NewNode index_view(Handle& source, Receiver receiver, IndexItems items);
/// Null if the elements would have to be copied.
NewNode reshaped_view(Handle& source, Receiver receiver, Shape shape);
NewNode reversed_view(Handle& source, Receiver receiver);  // T()
NewNode transposed_view(Handle& source, Receiver receiver, const IntTuple& axes);
NewNode swapped_view(Handle& source, Receiver receiver, Index axis1, Index axis2);
NewNode squeezed_view(Handle& source, Receiver receiver, const IntTuple& axes);
NewNode expanded_view(Handle& source, Receiver receiver, Index axis);
NewNode broadcast_view(Handle& source, Receiver receiver, Shape shape);
NewNode diagonal_view(Handle& source, Receiver receiver, Index offset, Index axis1, Index axis2);
NewNode flipped_view(Handle& source, Receiver receiver, const IntTuple& axes);
NewNode windows_view(Handle& source, Receiver receiver, const IntTuple& window,
                     const IntTuple& axes);
/// `alignment` is that of the elements.
NewNode strided_view(Handle& source, Receiver receiver, Shape shape,
                     absl::Span<const Index> strides_bytes, Index alignment);

}  // namespace cow::internal

#endif  // COW_CORE_VIEWS_H_
