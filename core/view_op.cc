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
    case ViewOp::Kind::kSwapAxes:
      return absl::StrCat(".swapaxes", arguments);
    case ViewOp::Kind::kExpandDims:
      return absl::StrCat(".expand_dims", arguments);
    case ViewOp::Kind::kDiagonal:
      return absl::StrCat(".diagonal", arguments);
    case ViewOp::Kind::kFlip:
      return absl::StrCat(".flip", arguments);
    case ViewOp::Kind::kSlidingWindow:
      return absl::StrCat(".sliding_window_view", arguments);
    case ViewOp::Kind::kAsStrided:
      return absl::StrCat(".as_strided", arguments);
    case ViewOp::Kind::kRef:
      return ".ref()";
    case ViewOp::Kind::kBase:
    case ViewOp::Kind::kHandleCopy:
      break;
  }
  return "";
}

}  // namespace cow
