#include "cow/core/simd.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace cow::internal {
namespace {

TEST(SimdTest, RunsOnTheTargetThatTheEnvironmentNames) {
  const char* limit = std::getenv("COW_SIMD");
  EXPECT_EQ(kSimdIsLimitedByEnvironment, limit != nullptr);
  if (limit != nullptr) {
    EXPECT_EQ(simd_target(), limit);
  }
}

TEST(SimdTest, ALimitIsKeptAndLifted) {
  EXPECT_TRUE(limit_simd(""));
  const std::string_view best = simd_target();
  EXPECT_TRUE(limit_simd("SCALAR"));
  EXPECT_EQ(simd_target(), "SCALAR");
  EXPECT_FALSE(limit_simd("abacus"));
  EXPECT_EQ(simd_target(), "SCALAR");
  EXPECT_TRUE(limit_simd(""));
  EXPECT_EQ(simd_target(), best);
}

TEST(SimdTest, Avx2IsUsedUpToTheLimit) {
  EXPECT_TRUE(limit_simd("SCALAR"));
  EXPECT_FALSE(may_use_avx2());
  if (limit_simd("AVX2")) {
    EXPECT_EQ(may_use_avx2(), simd_target() == "AVX2");
  }
  EXPECT_TRUE(limit_simd(""));
}

}  // namespace
}  // namespace cow::internal
