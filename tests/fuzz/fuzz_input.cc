#include "cow/tests/fuzz/fuzz_input.h"

#include <bit>
#include <cstdio>
#include <cstdlib>

namespace cow::fuzz {

std::uint8_t FuzzInput::byte() {
  if (left_.empty()) return 0;
  const std::uint8_t first = left_.front();
  left_ = left_.subspan(1);
  return first;
}

Index FuzzInput::number(Index lowest, Index highest) {
  return lowest + byte() % (highest - lowest + 1);
}

Index FuzzInput::any_number() {
  const std::uint8_t kind = byte();
  if (kind < 0x80) return static_cast<std::int8_t>(kind << 1) / 2;
  if (kind < 0xc0) {
    const std::uint64_t power = std::uint64_t{1} << (kind & 63);
    return static_cast<Index>(power + static_cast<std::uint64_t>(number(-2, 2)));
  }
  std::uint64_t bits = 0;
  for (int i = 0; i <= (kind & 7); ++i) bits = bits << 8 | byte();
  return std::bit_cast<Index>(kind & 8 ? ~bits : bits);
}

void fail(const std::string& message) {
  std::fprintf(stderr, "DIFFERENCE: %s\n", message.c_str());
  std::abort();
}

}  // namespace cow::fuzz
