#include "cow/diagnostics/raw/store_probe.h"

#include <array>
#include <cstddef>

#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

TEST(StoreProbeTest, WritesOneByte) {
  std::array<std::byte, 3> bytes;
  bytes.fill(std::byte{0x5a});
  const std::array<std::byte, 3> before = bytes;
  probe_store(&bytes[1]);
  EXPECT_NE(bytes[1], before[1]);
  EXPECT_EQ(bytes[0], before[0]);
  EXPECT_EQ(bytes[2], before[2]);
}

}  // namespace
}  // namespace cow::alsan
