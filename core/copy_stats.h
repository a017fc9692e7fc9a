#ifndef COW_CORE_COPY_STATS_H_
#define COW_CORE_COPY_STATS_H_

#include "cow/core/copy_counts.h"

namespace cow {

/// What copies and detaches have cost since the process began, in all and by the label of the array
/// that was copied or detached; pages by the label of the array that they are in, or of the one
/// that it was copied from. Arrays without a label are in the total only. Those alive count with
/// the pages that they have now. O(large arrays alive and their pages). Errors: `std::bad_alloc`.
CopyStats copy_stats();

}  // namespace cow

#endif  // COW_CORE_COPY_STATS_H_
