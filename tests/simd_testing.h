#ifndef COW_TESTS_SIMD_TESTING_H_
#define COW_TESTS_SIMD_TESTING_H_

#include <string>

#include "cow/core/simd.h"
#include "gtest/gtest.h"

namespace cow {

/// A test once on each SIMD target, or the next worse one that the processor has.
class SimdTest : public testing::TestWithParam<const char*> {
 protected:
  SimdTest() { EXPECT_TRUE(internal::limit_simd(GetParam())); }
  ~SimdTest() override { internal::limit_simd(""); }
};

inline auto all_targets() { return testing::Values("AVX3", "AVX2", "SSE4", "SSSE3", "SCALAR"); }

inline std::string target_name(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

}  // namespace cow

#endif  // COW_TESTS_SIMD_TESTING_H_
