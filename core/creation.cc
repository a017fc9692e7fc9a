#include "cow/core/creation.h"

#include "absl/strings/str_cat.h"

namespace cow::internal {

void throw_ragged(Shape first, Shape other) {
  throw_invalid_argument(absl::StrCat("the parts of an array have shapes ", tuple_text(first),
                                      " and ", tuple_text(other)));
}

void throw_unaligned_memory(Shape shape) {
  throw_invalid_argument(absl::StrCat("borrow: the elements of shape ", tuple_text(shape),
                                      " are not at an address for them"));
}

void throw_no_length(double start, double stop, double step) {
  throw_invalid_argument(
      absl::StrCat("arange: from ", start, " to ", stop, " by ", step, " has no length"));
}

}  // namespace cow::internal
