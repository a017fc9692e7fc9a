#include "cow/core/view_op.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cow {

std::string view_op_text(const ViewOp& op) {
  const std::string arguments = absl::StrCat("(", absl::StrJoin(op.numbers, ", "), ")");
  switch (op.kind) {
    case ViewOp::Kind::kIndex:
      return index_text(op.items);
    case ViewOp::Kind::kReshape:
      return absl::StrCat(".reshape", arguments);
    case ViewOp::Kind::kTranspose:
      return op.numbers.empty() ? ".T" : absl::StrCat(".transpose", arguments);
    case ViewOp::Kind::kBroadcastTo:
      return absl::StrCat(".broadcast_to", arguments);
    case ViewOp::Kind::kSqueeze:
      return absl::StrCat(".squeeze", arguments);
    case ViewOp::Kind::kRef:
      return ".ref()";
    case ViewOp::Kind::kBase:
    case ViewOp::Kind::kHandleCopy:
      break;
  }
  return "";
}

}  // namespace cow
