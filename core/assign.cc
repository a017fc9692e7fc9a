#include "cow/core/assign.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "absl/strings/str_cat.h"
#include "cow/core/errors.h"
#include "cow/core/overlap.h"

namespace cow::internal {
namespace {

/// Steps after which two arrays are taken to overlap: a copy costs no more than the search.
constexpr Index kOverlapWork = 1000;

bool same_elements(const StridedMemory& a, const StridedMemory& b) {
  return a.address == b.address && a.shape == b.shape && a.strides == b.strides &&
         a.itemsize == b.itemsize;
}

/// One axis of both sides.
struct Step {
  Index extent;
  Index to;
  Index from;
};

/// Turns axes round so that a walk, which goes from the largest of the destination's strides
/// inwards, never writes a byte that it reads later; false if that is impossible or hard to say.
///
/// Turned so that all of the source's strides are positive, a nested source is read by ascending
/// address. Then ascending is safe if each element is written at or below where it is read: what is
/// read later lies above. Likewise descending, if each is written at or above.
bool arrange_safely(Index itemsize, std::byte** to, Layout* to_layout, std::byte** from,
                    Layout* from_layout) {
  const int ndim = to_layout->ndim();
  std::array<Step, kMaxDims> steps;
  std::array<Step*, kMaxDims> inwards;
  int count = 0;
  std::byte* to_start = *to;
  std::byte* from_start = *from;
  for (int axis = 0; axis < ndim; ++axis) {
    Step& step = steps[axis];
    step = {to_layout->extent(axis), to_layout->stride(axis), from_layout->stride(axis)};
    if (step.extent == 1) continue;
    if (step.from < 0) {
      to_start += (step.extent - 1) * step.to;
      from_start += (step.extent - 1) * step.from;
      step.to = -step.to;
      step.from = -step.from;
    }
    inwards[count++] = &step;
  }
  std::stable_sort(inwards.begin(), inwards.begin() + count,
                   [](const Step* a, const Step* b) { return std::abs(a->to) > std::abs(b->to); });
  Index span = itemsize;
  const Index distance = to_start - from_start;
  Index lowest = distance, highest = distance;  // of how far above its source an element is written
  for (int i = count - 1; i >= 0; --i) {
    const Step& step = *inwards[i];
    if (step.from < span) return false;
    span += (step.extent - 1) * step.from;
    const Index drift = (step.extent - 1) * (step.to - step.from);
    (drift < 0 ? lowest : highest) += drift;
  }
  if (lowest < 0 && highest > 0) return false;
  const bool descending = highest > 0;
  Dims to_strides, from_strides;
  for (int axis = 0; axis < ndim; ++axis) {
    Step& step = steps[axis];
    if (descending && step.extent != 1) {
      to_start += (step.extent - 1) * step.to;
      from_start += (step.extent - 1) * step.from;
      step.to = -step.to;
      step.from = -step.from;
    }
    to_strides.push_back(step.to);
    from_strides.push_back(step.from);
  }
  *to = to_start;
  *from = from_start;
  *to_layout = Layout(to_layout->shape(), to_strides);
  *from_layout = Layout(from_layout->shape(), from_strides);
  return true;
}

}  // namespace

Layout AssignmentOperands::drop_leading_ones(const Layout& layout, int ndim) {
  int extra = 0;
  while (layout.ndim() - extra > ndim && layout.extent(extra) == 1) ++extra;
  return Layout(layout.shape().subspan(extra), layout.strides().subspan(extra), layout.offset());
}

void AssignmentOperands::require_fit(const Layout& source, Shape shape) {
  const Layout trimmed = drop_leading_ones(source, static_cast<int>(shape.size()));
  const int extra = static_cast<int>(shape.size()) - trimmed.ndim();
  bool fits = extra >= 0;
  for (int axis = 0; fits && axis < trimmed.ndim(); ++axis) {
    fits = trimmed.extent(axis) == 1 || trimmed.extent(axis) == shape[axis + extra];
  }
  if (!fits) {
    throw_invalid_argument(absl::StrCat("could not broadcast input array from shape ",
                                        tuple_text(source.shape()), " into shape ",
                                        tuple_text(shape)));
  }
}

void AssignmentOperands::require_fit_in_place(const Layout& source, Shape shape) {
  require_fit(source, shape);
  if (source.shape().size() > shape.size()) {
    throw_invalid_argument(absl::StrCat("non-broadcastable output operand with shape ",
                                        tuple_text(shape), " doesn't match the operand's shape ",
                                        tuple_text(source.shape())));
  }
}

AssignmentOperands::AssignmentOperands(const Node& source, const WriteScope& scope, Purpose purpose)
    : itemsize_(source.itemsize()),
      to_(scope.address()),
      to_layout_(scope.layout()),
      from_(source.address()) {
  const Layout trimmed = drop_leading_ones(source.layout, to_layout_.ndim());
  from_layout_ = broadcast_layout(trimmed, to_layout_.shape());
  const std::optional<Way> way = way_without_copy(source, scope, purpose);
  if (way) {
    way_ = *way;
    return;
  }
  copy_source(trimmed);
  way_ = any_order_unless_stretched(scope);
}

AssignmentOperands::Way AssignmentOperands::any_order_unless_stretched(const WriteScope& scope) {
  // Of what is written to one place, the last remains.
  return scope.node().has(kStretched) ? Way::kInOrder : Way::kAnyOrder;
}

std::optional<AssignmentOperands::Way> AssignmentOperands::way_without_copy(const Node& source,
                                                                            const WriteScope& scope,
                                                                            Purpose purpose) {
  const StridedMemory read{reinterpret_cast<Index>(from_), from_layout_.shape(),
                           from_layout_.strides(), itemsize_};
  const StridedMemory written{reinterpret_cast<Index>(to_), to_layout_.shape(),
                              to_layout_.strides(), scope.node().itemsize()};
  if (!bounds_overlap(read, written)) return any_order_unless_stretched(scope);
  if (same_elements(read, written)) {  // each element reads just itself
    return purpose == Purpose::kCopy ? Way::kNothing : any_order_unless_stretched(scope);
  }
  if (find_overlap(read, written, kOverlapWork).verdict == Verdict::kNo) {
    return any_order_unless_stretched(scope);
  }
  // Of one type, as compilers may reorder accesses to different ones.
  if (source.dtype != scope.node().dtype || scope.node().has(kStretched)) return std::nullopt;
  if (arrange_safely(itemsize_, &to_, &to_layout_, &from_, &from_layout_)) return Way::kInOrder;
  if (purpose == Purpose::kCopy &&
      can_rearrange_in_place(to_layout_.shape(), itemsize_, destination(), this->source())) {
    return Way::kRearrange;
  }
  return std::nullopt;
}

void AssignmentOperands::copy_source(const Layout& trimmed) {
  const Layout compact = Layout::c_order(trimmed.shape(), itemsize_);
  temporary_bytes_ = compact.size() * itemsize_;
  copy_ = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(temporary_bytes_));
  copy_elements(trimmed.shape(), itemsize_, {copy_.get(), compact.strides()},
                {from_, trimmed.strides()});
  from_ = copy_.get();
  from_layout_ = broadcast_layout(compact, to_layout_.shape());
}

void AssignmentOperands::copy() const {
  const Shape shape = to_layout_.shape();
  switch (way_) {
    case Way::kNothing:
      return;
    case Way::kAnyOrder:
      return copy_elements(shape, itemsize_, destination(), source());
    case Way::kInOrder:
      return copy_elements_in_order(shape, itemsize_, destination(), source());
    case Way::kRearrange:
      return rearrange_in_place(shape, itemsize_, destination(), source());
  }
}

void fill_untyped(Node& destination, Receiver receiver, const void* value) {
  WriteScope scope(destination, receiver, nullptr, WriteKind::kOverwrite);
  scope.begin(AccessKind::kBulk);
  const Layout& layout = scope.layout();
  const Index itemsize = destination.itemsize();
  const Operand to{scope.address(), layout.strides()};
  if (!destination.has(kStretched)) {
    return fill_elements_with(layout.shape(), itemsize, to, value);
  }
  const Dims no_strides(layout.shape().size(), 0);
  const auto from = const_cast<std::byte*>(static_cast<const std::byte*>(value));
  copy_elements_in_order(layout.shape(), itemsize, to, {from, no_strides});
}

void assign_untyped(Node& destination, Receiver receiver, const Node& source, bool source_dies) {
  AssignmentOperands::require_fit(source.layout, destination.layout.shape());
  begin_read(source, AccessKind::kBulk);
  WriteScope scope(destination, receiver, source_dies ? &source : nullptr,
                   kind_of_assignment(destination, source));
  const AssignmentOperands operands = AssignmentOperands::for_copy(source, scope);
  scope.begin(AccessKind::kBulk, operands.temporary_bytes());
  operands.copy();
}

}  // namespace cow::internal
