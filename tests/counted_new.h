#ifndef COW_TESTS_COUNTED_NEW_H_
#define COW_TESTS_COUNTED_NEW_H_

#include <cstdint>

namespace cow {

/// Bytes that this program has asked `operator new` for until now. Linking this replaces the global
/// `operator new` and `delete`.
std::int64_t allocated_bytes();

}  // namespace cow

#endif  // COW_TESTS_COUNTED_NEW_H_
