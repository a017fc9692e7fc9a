#include "cow/diagnostics/coverage.h"

#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

TEST(CoverageTest, TheLineHasEachNumberInItsPlace) {
  const Coverage coverage{.arrays = 1,
                          .views = 2,
                          .writes = 3,
                          .aliased = 4,
                          .declared = 5,
                          .findings = 6,
                          .distinct = 7,
                          .suppressed = 8};
  EXPECT_EQ(coverage_line(coverage),
            "AliasSanitizer: 1 arrays, 2 views, 3 writes (4 aliased, 5 declared), 6 findings "
            "(7 distinct), 8 suppressed");
}

}  // namespace
}  // namespace cow::alsan
