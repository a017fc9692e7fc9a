#include "cow/core/reduce.h"

#include "absl/strings/str_cat.h"
#include "cow/core/errors.h"

namespace cow::internal {

void throw_nothing_to_compare(Shape shape, const char* name) {
  throw_invalid_argument(absl::StrCat("zero-size array of shape ", tuple_text(shape),
                                      " to reduction operation ", name, " which has no identity"));
}

}  // namespace cow::internal
