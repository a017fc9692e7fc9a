#include "cow/core/views.h"

#include "cow/core/layout.h"
#include "cow/core/view_layout.h"

namespace cow::internal {

NewNode index_view(Handle& source, Receiver receiver, IndexItems items) {
  return arranged_view(
      source, receiver, ViewOp::Kind::kIndex,
      [&](const Layout& from) { return index_layout(from, items); },
      [&] {
        return ViewOp{ViewOp::Kind::kIndex, items};
      });
}

NewNode reshaped_view(Handle& source, Receiver receiver, Shape shape) {
  Node& node = source.node();
  const Index itemsize = node.itemsize();
  const bool is_contiguous = node.layout.is_contiguous(itemsize);
  Layout reshaped;
  if (!is_contiguous) {
    if (!reshape_layout(node.layout, shape, itemsize, &reshaped)) return {};
    if (receiver == Receiver::kNamed && node.has(kStretched)) {
      make_elements_distinct(node);
      reshape_layout(node.layout, shape, itemsize, &reshaped);
    }
  }
  const auto arrange = [&](const Layout& from) {
    return is_contiguous ? reshape_contiguous(from, shape, itemsize) : reshaped;
  };
  Dims resolved;
  const auto op = [&] {
    resolved = resolve_shape(shape, node.layout.size());
    return ViewOp{ViewOp::Kind::kReshape, {}, resolved};
  };
  return make_view(source, ViewOp::Kind::kReshape, arrange, op, receiver);
}

NewNode reversed_view(Handle& source, Receiver receiver) {
  return arranged_view(
      source, receiver, ViewOp::Kind::kTranspose,
      [&](const Layout& from) { return reverse_axes(from); },
      [&] { return ViewOp{ViewOp::Kind::kTranspose}; });
}

NewNode transposed_view(Handle& source, Receiver receiver, const IntTuple& axes) {
  if (!axes.is_given()) return reversed_view(source, receiver);
  return arranged_view(
      source, receiver, ViewOp::Kind::kTranspose,
      [&](const Layout& from) { return transpose_layout(from, axes.numbers()); },
      [&] {
        return ViewOp{ViewOp::Kind::kTranspose, {}, axes.numbers()};
      });
}

NewNode swapped_view(Handle& source, Receiver receiver, Index axis1, Index axis2) {
  const Index axes[] = {axis1, axis2};
  return arranged_view(
      source, receiver, ViewOp::Kind::kSwapAxes,
      [&](const Layout& from) { return swapaxes_layout(from, axis1, axis2); },
      [&] {
        return ViewOp{ViewOp::Kind::kSwapAxes, {}, axes};
      });
}

NewNode squeezed_view(Handle& source, Receiver receiver, const IntTuple& axes) {
  const auto arrange = [&](const Layout& from) {
    const bool is_of_number =
        axes.is_single() && from.ndim() == 0 && (axes.numbers()[0] == 0 || axes.numbers()[0] == -1);
    if (!axes.is_given() || is_of_number) return squeeze_layout(from);
    return squeeze_layout(from, axes.numbers());
  };
  return arranged_view(source, receiver, ViewOp::Kind::kSqueeze, arrange, [&] {
    return ViewOp{ViewOp::Kind::kSqueeze, {}, axes.numbers()};
  });
}

NewNode expanded_view(Handle& source, Receiver receiver, Index axis) {
  return arranged_view(
      source, receiver, ViewOp::Kind::kExpandDims,
      [&](const Layout& from) { return expand_dims_layout(from, axis); },
      [&] {
        return ViewOp{ViewOp::Kind::kExpandDims, {}, {&axis, 1}};
      });
}

NewNode broadcast_view(Handle& source, Receiver receiver, Shape shape) {
  return arranged_view(
      source, receiver, ViewOp::Kind::kBroadcastTo,
      [&](const Layout& from) { return broadcast_layout(from, shape); },
      [&] {
        return ViewOp{ViewOp::Kind::kBroadcastTo, {}, shape};
      });
}

NewNode diagonal_view(Handle& source, Receiver receiver, Index offset, Index axis1, Index axis2) {
  const Index numbers[] = {offset, axis1, axis2};
  return arranged_view(
      source, receiver, ViewOp::Kind::kDiagonal,
      [&](const Layout& from) { return diagonal_layout(from, offset, axis1, axis2); },
      [&] {
        return ViewOp{ViewOp::Kind::kDiagonal, {}, numbers};
      });
}

NewNode flipped_view(Handle& source, Receiver receiver, const IntTuple& axes) {
  return arranged_view(
      source, receiver, ViewOp::Kind::kFlip,
      [&](const Layout& from) { return flip_layout(from, axes); },
      [&] {
        return ViewOp{ViewOp::Kind::kFlip, {}, axes.numbers()};
      });
}

NewNode windows_view(Handle& source, Receiver receiver, const IntTuple& window,
                     const IntTuple& axes) {
  return arranged_view(
      source, receiver, ViewOp::Kind::kSlidingWindow,
      [&](const Layout& from) { return sliding_window_layout(from, window.numbers(), axes); },
      [&] {
        return ViewOp{ViewOp::Kind::kSlidingWindow, {}, window.numbers()};
      });
}

NewNode strided_view(Handle& source, Receiver receiver, Shape shape,
                     absl::Span<const Index> strides_bytes, Index alignment) {
  const Node& node = source.node();
  return arranged_view(
      source, receiver, ViewOp::Kind::kAsStrided,
      [&](const Layout& from) {
        return strided_layout(from, shape, strides_bytes, node.itemsize(), alignment,
                              node.current_buffer().extent());
      },
      [&] {
        return ViewOp{ViewOp::Kind::kAsStrided, {}, shape};
      });
}

}  // namespace cow::internal
