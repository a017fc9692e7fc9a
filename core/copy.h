#ifndef COW_CORE_COPY_H_
#define COW_CORE_COPY_H_

#include "cow/core/node.h"

namespace cow::internal {

/// An independent array with the elements of `source` in C order: new memory, or in copy-on-write
/// mode, where `source` is contiguous and most of its buffer, the same memory until one of them is
/// written. Errors: `std::bad_alloc`.
Handle copy_array(const Node& source);
/// The same in `shape`, of as many elements.
Handle copy_array(const Node& source, Shape shape);
/// The same, where a view was asked for and strides do not allow it: observers are told, since who
/// takes it for a view writes to memory that nobody sees.
Handle copy_instead_of_view(const Node& source, Shape shape);

}  // namespace cow::internal

#endif  // COW_CORE_COPY_H_
