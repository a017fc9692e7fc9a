#ifndef COW_TESTS_ORACLE_CHECKSUM_H_
#define COW_TESTS_ORACLE_CHECKSUM_H_

#include <cstddef>
#include <string>

#include "absl/types/span.h"

namespace cow::testing {

/// CRC-32 as the facts give it: 8 hex digits, "00000000" of nothing.
std::string checksum(absl::Span<const std::byte> bytes);

}  // namespace cow::testing

#endif  // COW_TESTS_ORACLE_CHECKSUM_H_
