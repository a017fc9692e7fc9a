#include "cow/tests/oracle/checksum.h"

#include <zlib.h>

#include "absl/strings/str_format.h"

namespace cow::testing {

std::string checksum(absl::Span<const std::byte> bytes) {
  const auto* data = reinterpret_cast<const Bytef*>(bytes.data());
  return absl::StrFormat("%08x", bytes.empty() ? 0 : crc32(0, data, bytes.size()));
}

}  // namespace cow::testing
