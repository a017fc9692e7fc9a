#ifndef COW_CORE_COPY_H_
#define COW_CORE_COPY_H_

#include "cow/core/node.h"

namespace cow::internal {

/// An independent array with the elements of `source` in C order. Where `source` is contiguous and
/// most of its buffer, nothing is copied yet: in copy-on-write mode it is the same memory until one
/// of them is written, else, if it is large, pages that are copied when they are written
/// (`LargeMemory`). Errors: `std::bad_alloc`.
Handle copy_array(const Node& source);
/// The same in `shape`, of as many elements.
Handle copy_array(const Node& source, Shape shape);
/// The same, where a view was asked for and strides do not allow it: observers are told, since who
/// takes it for a view writes to memory that nobody sees.
Handle copy_instead_of_view(const Node& source, Shape shape);
/// For who would not take a copy: throws `std::invalid_argument`.
[[noreturn]] void throw_not_a_view(const Node& source, Shape shape);

/// Bytes of the elements that are in memory which another value has, too, until one of them is
/// written: in copy-on-write mode values of one buffer, in both modes pages of a lazy copy and of
/// what it was copied from. Views and refs count as the same value. O(1), or O(size) for large
/// arrays that were copied. Errors: `std::bad_alloc`.
Index shared_bytes(const Node& node);

/// The array's value takes all memory that later writes to it will need. Errors: `ReadOnlyError`,
/// `std::bad_alloc`; no element has changed then.
void reserve_pages(Node& node);

}  // namespace cow::internal

#endif  // COW_CORE_COPY_H_
