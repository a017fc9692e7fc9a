// Tests for failing_tests_test, which says which of them fail, and with what output.

#include "cow/core/creation.h"
#include "cow/diagnostics/testing.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

int sum_after_write_through_view() {
  auto totals = zeros<int>({3}).label("totals");
  auto first = totals[slice(0, 1)].label("first");
  first(0) = 8;
  return totals.sum();
}

TEST(Outside, PassesDespiteASurprise) { EXPECT_EQ(sum_after_write_through_view(), 8); }

TEST(Outside, FailsForASurprise) { EXPECT_EQ(sum_after_write_through_view(), 0); }

TEST(Block, FailsForASurprise) {
  EXPECT_NO_SURPRISES { EXPECT_EQ(sum_after_write_through_view(), 8); }
}

TEST(Block, ExpectsASurprise) {
  EXPECT_SURPRISE("AS001") { EXPECT_EQ(sum_after_write_through_view(), 8); }
}

}  // namespace
}  // namespace cow
