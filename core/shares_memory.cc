#include "cow/core/shares_memory.h"

#include "absl/strings/str_cat.h"
#include "cow/core/errors.h"

namespace cow::internal {

bool decide_shares_memory(const Node* a, const Node* b, Index max_work) {
  if (a == nullptr || b == nullptr) return false;
  switch (find_overlap(memory_of(*a), memory_of(*b), max_work).verdict) {
    case Verdict::kNo:
      return false;
    case Verdict::kYes:
      return true;
    case Verdict::kTooHard:
      throw_too_hard(absl::StrCat("shares_memory: arrays of shapes ", tuple_text(a->layout.shape()),
                                  " and ", tuple_text(b->layout.shape()), " need more than ",
                                  max_work, " steps"));
    case Verdict::kOverflow:
      break;
  }
  throw_overflow(absl::StrCat("shares_memory: the addresses of arrays of shapes ",
                              tuple_text(a->layout.shape()), " and ", tuple_text(b->layout.shape()),
                              " overflow"));
}

bool decide_may_share_memory(const Node* a, const Node* b) {
  return a != nullptr && b != nullptr && bounds_overlap(memory_of(*a), memory_of(*b));
}

}  // namespace cow::internal
