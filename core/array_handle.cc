#include "cow/core/array_handle.h"

namespace cow::internal {

Handle index_view(Handle& source, Receiver receiver, IndexItems items) {
  return arranged_view(source, receiver, {ViewOp::Kind::kIndex, items},
                       [items](const Layout& from) { return index_layout(from, items); });
}

Handle reshaped_view(Handle& source, Receiver receiver, Shape shape) {
  Node& node = source.node();
  const Index itemsize = node.itemsize();
  Layout reshaped;
  if (!reshape_layout(node.layout, shape, itemsize, &reshaped)) return Handle();
  if (receiver == Receiver::kNamed && node.has(kStretched)) {
    make_elements_distinct(node);
    reshape_layout(node.layout, shape, itemsize, &reshaped);
  }
  Layout made = reshaped;
  return make_view(
      source, [&](const Layout&) { return std::move(made); },
      {ViewOp::Kind::kReshape, {}, reshaped.shape()}, receiver);
}

}  // namespace cow::internal
