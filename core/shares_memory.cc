#include "cow/core/shares_memory.h"

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

}  // namespace

OverlapResult decide_overlap(const Node* a, const Node* b, Index max_work) {
  if (a == nullptr || b == nullptr) return {Verdict::kNo, {}, {}};
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
  return a != nullptr && b != nullptr && bounds_overlap(memory_of(*a), memory_of(*b));
}

}  // namespace cow::internal
