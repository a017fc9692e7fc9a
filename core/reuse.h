#ifndef COW_CORE_REUSE_H_
#define COW_CORE_REUSE_H_

#include <initializer_list>

#include "cow/core/node.h"

namespace cow::internal {

/// A new uninitialised array, as `make_array`, for a result that each element of `dying` is read
/// for at most when its own place is written. `dying` are temporaries, or null. The memory is that
/// of one of them, which is gone then, if nobody else can reach it: `(a + b) * c` takes memory
/// once. Observers see a release and then an allocation, as if the memory had been returned in
/// between. Errors: as `make_array`.
Handle make_result(DType dtype, Shape shape, std::initializer_list<Handle*> dying);

}  // namespace cow::internal

#endif  // COW_CORE_REUSE_H_
