#include "cow/core/assign.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "cow/core/errors.h"
#include "cow/core/overlap.h"

namespace cow::internal {
namespace {

/// Steps after which two arrays are taken to overlap: a copy costs no more than the search.
constexpr Index kOverlapWork = 1000;

bool same_elements(const StridedMemory& a, const StridedMemory& b) {
  return a.address == b.address && same_numbers(a.shape, b.shape) &&
         same_numbers(a.strides, b.strides) && a.itemsize == b.itemsize;
}

/// One axis of both sides.
struct Step {
  Index extent;
  Index to;
  Index from;
};

/// Do the ranges from the lowest to the highest byte meet? Of arrays, whose addresses are exact.
bool ranges_meet(const StridedMemory& a, const StridedMemory& b) {
  const auto range = [](const StridedMemory& memory) {
    ByteRange bytes{memory.address, memory.address + memory.itemsize};
    for (std::size_t axis = 0; axis < memory.shape.size(); ++axis) {
      const Index reach = (memory.shape[axis] - 1) * memory.strides[axis];
      (reach < 0 ? bytes.begin : bytes.end) += reach;
    }
    return bytes;
  };
  const ByteRange x = range(a), y = range(b);
  return x.begin < y.end && y.begin < x.end;
}

}  // namespace

Layout AssignmentOperands::drop_leading_ones(const Layout& layout, int ndim) {
  int extra = 0;
  while (layout.ndim() - extra > ndim && layout.extent(extra) == 1) ++extra;
  return Layout(layout.shape().subspan(extra), layout.strides().subspan(extra), layout.offset());
}

void AssignmentOperands::require_fit(const Layout& source, Shape shape) {
  if (same_numbers(source.shape(), shape)) return;
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
      shape_(scope.layout().shape()),
      to_(scope.address()),
      to_strides_(scope.layout().strides()),
      from_(source.address()) {
  spread(source.layout.shape(), source.layout.strides());
  way_ = way_without_copy(source, scope, purpose);
  if (way_ != Way::kCopiedFirst) return;
  copy_source(source);
  way_ = any_order_unless_stretched(scope);
}

void AssignmentOperands::spread(Shape source_shape, absl::Span<const Index> source_strides) {
  if (same_numbers(source_shape, shape_)) {
    from_strides_ = source_strides;
    return;
  }
  // Leading axes beyond the destination's have extent 1.
  const int ndim = static_cast<int>(shape_.size());
  const int missing = ndim - static_cast<int>(source_shape.size());
  for (int axis = 0; axis < ndim; ++axis) {
    const bool is_there = axis >= missing && source_shape[axis - missing] != 1;
    own_from_strides_[axis] = is_there ? source_strides[axis - missing] : 0;
  }
  from_strides_ = absl::MakeConstSpan(own_from_strides_).subspan(0, shape_.size());
}

AssignmentOperands::Way AssignmentOperands::any_order_unless_stretched(const WriteScope& scope) {
  // Of what is written to one place, the last remains.
  return scope.node().has(kStretched) ? Way::kInOrder : Way::kAnyOrder;
}

AssignmentOperands::Way AssignmentOperands::way_without_copy(const Node& source,
                                                             const WriteScope& scope,
                                                             Purpose purpose) {
  if (are_apart(source.current_buffer(), scope.buffer())) return any_order_unless_stretched(scope);
  const StridedMemory read{reinterpret_cast<Index>(from_), shape_, from_strides_, itemsize_};
  const StridedMemory written{reinterpret_cast<Index>(to_), shape_, to_strides_,
                              scope.node().itemsize()};
  if (!ranges_meet(read, written)) return any_order_unless_stretched(scope);
  if (same_elements(read, written)) {  // each element reads just itself
    return purpose == Purpose::kCopy ? Way::kNothing : any_order_unless_stretched(scope);
  }
  // Of one type, as compilers may reorder accesses to different ones.
  const bool may_arrange = source.dtype == scope.node().dtype && !scope.node().has(kStretched);
  // A shift along rows without gaps: quicker done than searched for an overlap.
  const bool is_shift = !shape_.empty() && same_numbers(to_strides_, from_strides_) &&
                        std::abs(to_strides_.back()) == itemsize_;
  if (may_arrange && is_shift && arrange_safely()) return Way::kInOrder;
  if (find_overlap(read, written, kOverlapWork).verdict == Verdict::kNo) {
    return any_order_unless_stretched(scope);
  }
  if (!may_arrange) return Way::kCopiedFirst;
  if (arrange_safely()) return Way::kInOrder;
  if (purpose == Purpose::kCopy &&
      can_rearrange_in_place(shape_, itemsize_, destination(), this->source())) {
    return Way::kRearrange;
  }
  return Way::kCopiedFirst;
}

// A walk goes from the largest of the destination's strides inwards. Turned so that all of the
// source's strides are positive, a nested source is read by ascending address. Then ascending is
// safe if each element is written at or below where it is read: what is read later lies above.
// Likewise descending, if each is written at or above.
bool AssignmentOperands::arrange_safely() {
  const int ndim = static_cast<int>(shape_.size());
  std::array<Step, kMaxDims> steps;
  std::array<Step*, kMaxDims> inwards;
  int count = 0;
  std::byte* to = to_;
  std::byte* from = from_;
  for (int axis = 0; axis < ndim; ++axis) {
    Step& step = steps[axis];
    step = {shape_[axis], to_strides_[axis], from_strides_[axis]};
    if (step.extent == 1) continue;
    if (step.from < 0) {
      to += (step.extent - 1) * step.to;
      from += (step.extent - 1) * step.from;
      step.to = -step.to;
      step.from = -step.from;
    }
    // Insertion: few axes, no memory, and axes that tie keep their order.
    int place = count++;
    for (; place > 0 && std::abs(inwards[place - 1]->to) < std::abs(step.to); --place) {
      inwards[place] = inwards[place - 1];
    }
    inwards[place] = &step;
  }
  Index span = itemsize_;
  const Index distance = to - from;
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
  for (int axis = 0; axis < ndim; ++axis) {
    Step& step = steps[axis];
    if (descending && step.extent != 1) {
      to += (step.extent - 1) * step.to;
      from += (step.extent - 1) * step.from;
      step.to = -step.to;
      step.from = -step.from;
    }
    own_to_strides_[axis] = step.to;
    own_from_strides_[axis] = step.from;
  }
  to_ = to;
  from_ = from;
  to_strides_ = absl::MakeConstSpan(own_to_strides_).subspan(0, shape_.size());
  from_strides_ = absl::MakeConstSpan(own_from_strides_).subspan(0, shape_.size());
  return true;
}

void AssignmentOperands::copy_source(const Node& source) {
  const Layout trimmed = drop_leading_ones(source.layout, static_cast<int>(shape_.size()));
  const Layout compact = Layout::c_order(trimmed.shape(), itemsize_);
  temporary_bytes_ = compact.size() * itemsize_;
  copy_ = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(temporary_bytes_));
  copy_elements(trimmed.shape(), itemsize_, {copy_.get(), compact.strides()},
                {from_, trimmed.strides()});
  from_ = copy_.get();
  const Layout broadcast = broadcast_layout(compact, shape_);
  std::copy_n(broadcast.strides().begin(), shape_.size(), own_from_strides_.begin());
  from_strides_ = absl::MakeConstSpan(own_from_strides_).subspan(0, shape_.size());
}

void AssignmentOperands::copy() const {
  switch (way_) {
    case Way::kNothing:
      return;
    case Way::kAnyOrder:
      return copy_elements(shape_, itemsize_, destination(), source());
    case Way::kCopiedFirst:  // did not remain
    case Way::kInOrder:
      return copy_elements_in_order(shape_, itemsize_, destination(), source());
    case Way::kRearrange:
      return rearrange_in_place(shape_, itemsize_, destination(), source());
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
