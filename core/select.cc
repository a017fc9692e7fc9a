#include "cow/core/select.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "cow/core/errors.h"
#include "cow/core/iterate.h"

namespace cow::internal {
namespace {

/// Appends the displacements of all elements of the axes from `axis` on, in C order.
void append_all(const Layout& layout, int axis, Index at, std::vector<Index>* out) {
  if (axis == layout.ndim()) {
    out->push_back(at);
    return;
  }
  for (Index i = 0; i < layout.extent(axis); ++i) {
    append_all(layout, axis + 1, at + i * layout.stride(axis), out);
  }
}

void append_positions(const Layout& layout, int axis, Index at, int selected_axis,
                      absl::Span<const Index> positions, std::vector<Index>* out) {
  if (axis == selected_axis) {
    for (Index position : positions) {
      append_all(layout, axis + 1, at + position * layout.stride(axis), out);
    }
    return;
  }
  for (Index i = 0; i < layout.extent(axis); ++i) {
    append_positions(layout, axis + 1, at + i * layout.stride(axis), selected_axis, positions, out);
  }
}

void append_masked(const Layout& layout, const Layout& mask, int axis, Index at,
                   const std::byte* mask_at, Index* matches, std::vector<Index>* out) {
  if (axis == mask.ndim()) {
    if (*mask_at == std::byte{0}) return;
    ++*matches;
    append_all(layout, axis, at, out);
    return;
  }
  for (Index i = 0; i < mask.extent(axis); ++i) {
    append_masked(layout, mask, axis + 1, at + i * layout.stride(axis),
                  mask_at + i * mask.stride(axis), matches, out);
  }
}

}  // namespace

Selection select_positions(const Layout& layout, absl::Span<const Index> positions,
                           Shape positions_shape, int axis) {
  if (layout.ndim() == 0) {
    throw_wrong_rank(layout, 1);
  }
  if (layout.ndim() - 1 + positions_shape.size() > kMaxDims) {
    throw_invalid_argument(absl::StrCat("number of dimensions must be within [0, ", kMaxDims,
                                        "]: positions of shape ", tuple_text(positions_shape),
                                        " along an axis of ", tuple_text(layout.shape())));
  }
  std::vector<Index> normalized;
  normalized.reserve(positions.size());
  for (Index position : positions) {
    normalized.push_back(normalize_index(position, layout.extent(axis), axis));
  }
  Selection selection;
  const Shape shape = layout.shape();
  selection.shape.assign(shape.begin(), shape.begin() + axis);
  selection.shape.insert(selection.shape.end(), positions_shape.begin(), positions_shape.end());
  selection.shape.insert(selection.shape.end(), shape.begin() + axis + 1, shape.end());
  selection.displacements.reserve(
      static_cast<std::size_t>(Layout::c_order(selection.shape, 1).size()));
  append_positions(layout, 0, 0, axis, normalized, &selection.displacements);
  return selection;
}

Selection select_mask(const Layout& layout, const Layout& mask, const std::byte* mask_address) {
  if (mask.ndim() > layout.ndim()) {
    throw_wrong_rank(layout, mask.ndim());
  }
  for (int axis = 0; axis < mask.ndim(); ++axis) {
    if (mask.extent(axis) != layout.extent(axis)) {
      throw_out_of_range(absl::StrCat(
          "boolean index did not match indexed array along dimension ", axis, "; dimension is ",
          layout.extent(axis), " but corresponding boolean dimension is ", mask.extent(axis)));
    }
  }
  Selection selection;
  Index matches = 0;
  append_masked(layout, mask, 0, 0, mask_address, &matches, &selection.displacements);
  selection.shape.push_back(matches);
  for (int axis = mask.ndim(); axis < layout.ndim(); ++axis) {
    selection.shape.push_back(layout.extent(axis));
  }
  return selection;
}

Handle copy_selection(const Node& source, const Selection& selection) {
  Handle result = make_array(source.dtype, selection.shape);
  const std::byte* from = begin_read_scattered(source, selection.displacements);
  std::byte* to = result.node().data;
  const std::size_t itemsize = static_cast<std::size_t>(source.itemsize());
  for (Index displacement : selection.displacements) {
    std::memcpy(to, from + displacement, itemsize);
    to += itemsize;
  }
  return result;
}

void fill_selection(Node& destination, Receiver receiver, absl::FunctionRef<Selection()> select,
                    const void* value) {
  // Before the gate, which must not be passed if there is an error.
  Selection selection = select();
  WriteScope scope(destination, receiver);
  if (scope.rearranged()) selection = select();
  scope.begin_scattered(selection.displacements);
  const std::size_t itemsize = static_cast<std::size_t>(destination.itemsize());
  for (Index displacement : selection.displacements) {
    std::memcpy(scope.address() + displacement, value, itemsize);
  }
}

}  // namespace cow::internal
