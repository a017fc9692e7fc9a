#include "cow/core/span.h"

#include "absl/strings/str_cat.h"
#include "cow/core/errors.h"

namespace cow::internal {

void throw_wrong_span_rank(const Layout& layout, int rank) {
  throw_invalid_argument(
      absl::StrCat("a span of rank ", rank, " of an array of shape ", tuple_text(layout.shape())));
}

}  // namespace cow::internal
