#include "cow/core/shares_memory.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cow/core/errors.h"

namespace cow::internal {

namespace {

/// `result` if it is an answer. Errors: `TooHard`, `std::overflow_error`; `question` and `shapes`
/// begin and end their text.
OverlapResult require_answer(OverlapResult result, Index max_work, const char* question,
                             const std::string& shapes) {
  if (result.verdict == Verdict::kTooHard) {
    throw_too_hard(absl::StrCat(question, " needs more than ", max_work, " steps", shapes));
  }
  if (result.verdict == Verdict::kOverflow) {
    throw_overflow(absl::StrCat(question, ": the addresses overflow", shapes));
  }
  return result;
}

/// All bytes between an array's lowest and highest element, as addresses.
struct Bounds {
  std::uintptr_t begin;
  std::uintptr_t end;
};

/// False without elements. Those that there are lie in memory, so that nothing overflows.
inline bool find_bounds(const Node& node, Bounds* bounds) {
  const Shape shape = node.layout.shape();
  const Index* extents = shape.data();
  const Index* strides = node.layout.strides().data();
  std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(node.address());
  std::uintptr_t end = begin + static_cast<std::uintptr_t>(node.itemsize());
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (extents[axis] == 0) return false;
    const Index reach = static_cast<Index>(static_cast<std::uintptr_t>(extents[axis] - 1) *
                                           static_cast<std::uintptr_t>(strides[axis]));
    (reach < 0 ? begin : end) += static_cast<std::uintptr_t>(reach);
  }
  *bounds = {begin, end};
  return true;
}

bool bounds_meet(const Node& a, const Node& b) {
  Bounds x, y;
  return find_bounds(a, &x) && find_bounds(b, &y) && x.begin < y.end && y.begin < x.end;
}

/// Is a byte of the first element of `b` one of an element of `a`'s, found by taking as many steps
/// along each axis as lead towards it? True only if so; finds it if strides are nested, outermost
/// first.
bool leads_to_first(const Node& a, const Node& b) {
  Index distance = reinterpret_cast<Index>(b.address()) - reinterpret_cast<Index>(a.address());
  const Layout& layout = a.layout;
  for (int axis = 0; axis < layout.ndim(); ++axis) {
    const Index stride = layout.stride(axis), last = layout.extent(axis) - 1;
    if (stride == 0 || last == 0) continue;
    distance -= std::clamp<Index>(distance / stride, 0, last) * stride;
  }
  return -b.itemsize() < distance && distance < a.itemsize();
}

}  // namespace

bool decide_shares_memory(const Node* a, const Node* b, Index max_work) {
  if (a == nullptr || b == nullptr || !bounds_meet(*a, *b)) return false;
  const bool b_is_behind = a->address() <= b->address();
  if (b_is_behind ? leads_to_first(*a, *b) : leads_to_first(*b, *a)) return true;
  return decide_overlap(a, b, max_work).verdict == Verdict::kYes;
}

OverlapResult decide_overlap(const Node* a, const Node* b, Index max_work) {
  if (a == nullptr || b == nullptr || !bounds_meet(*a, *b)) return {Verdict::kNo, {}, {}};
  OverlapResult result = find_overlap(memory_of(*a), memory_of(*b), max_work);
  if (result.verdict == Verdict::kNo || result.verdict == Verdict::kYes) return result;
  return require_answer(std::move(result), max_work, "shares_memory",
                        absl::StrCat(", for arrays of shapes ", tuple_text(a->layout.shape()),
                                     " and ", tuple_text(b->layout.shape())));
}

bool decide_self_overlap(const Node* a, Index max_work) {
  if (a == nullptr) return false;
  return require_answer(find_self_overlap(memory_of(*a), max_work), max_work, "has_self_overlap",
                        absl::StrCat(", for an array of shape ", tuple_text(a->layout.shape())))
             .verdict == Verdict::kYes;
}

bool decide_may_share_memory(const Node* a, const Node* b) {
  return a != nullptr && b != nullptr && bounds_meet(*a, *b);
}

}  // namespace cow::internal
