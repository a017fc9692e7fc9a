#ifndef COW_CORE_VIEW_OP_H_
#define COW_CORE_VIEW_OP_H_

#include <string>

#include "cow/core/index.h"

namespace cow {

/// How an array was made from another: what diagnostics show in the view tree. The spans are the
/// caller's and valid during the call only.
struct ViewOp {
  enum class Kind : std::uint8_t {
    kIndex,          // `items`
    kReshape,        // `numbers`: the new shape
    kTranspose,      // `numbers`: the axes; none for `.T()`
    kBroadcastTo,    // `numbers`: the shape
    kSqueeze,        // `numbers`: the axes, none for all of extent 1
    kSwapAxes,       // `numbers`: both axes
    kExpandDims,     // `numbers`: the axis
    kDiagonal,       // `numbers`: the offset and both axes
    kFlip,           // `numbers`: the axes, none for all
    kSlidingWindow,  // `numbers`: the window
    kAsStrided,      // `numbers`: the shape
    kHandleCopy,     // `b = a`
    kRef,            // `.ref()`
    kBase,           // `.base()` and `.parent()`: another handle of an array that exists
  };
  Kind kind;
  IndexItems items = {};
  absl::Span<const Index> numbers = {};
};

/// As it would be written behind the source's name: "[1:3, 1]", ".reshape(4, 3)", ".T"; empty for a
/// handle copy.
std::string view_op_text(const ViewOp& op);

}  // namespace cow

#endif  // COW_CORE_VIEW_OP_H_
