#ifndef COW_COW_H_
#define COW_COW_H_

/// All of core in one include: arrays with NumPy's view semantics, where aliasing is visible,
/// checkable and switchable.

#include "cow/core/array.h"
#include "cow/core/copy_stats.h"
#include "cow/core/creation.h"
#include "cow/core/dims.h"
#include "cow/core/dtype.h"
#include "cow/core/errors.h"
#include "cow/core/index.h"
#include "cow/core/map.h"
#include "cow/core/large_arrays.h"
#include "cow/core/mode.h"
#include "cow/core/operators.h"
#include "cow/core/random.h"
#include "cow/core/shares_memory.h"
#include "cow/core/span.h"
#include "cow/core/view_tree.h"

#endif  // COW_COW_H_
