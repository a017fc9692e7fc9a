#include "cow/diagnostics/alias_ok.h"

#include <thread>

#include "gtest/gtest.h"

namespace cow {
namespace {

TEST(AliasOkTest, TheInnermostScopeOfTheThreadCounts) {
  EXPECT_EQ(AliasOk::current(), nullptr);
  {
    const AliasOk outer("outer");
    EXPECT_STREQ(AliasOk::current(), "outer");
    {
      const AliasOk inner("inner");
      EXPECT_STREQ(AliasOk::current(), "inner");
      const char* of_other_thread = "not asked";
      std::thread([&] { of_other_thread = AliasOk::current(); }).join();
      EXPECT_EQ(of_other_thread, nullptr);
    }
    EXPECT_STREQ(AliasOk::current(), "outer");
  }
  EXPECT_EQ(AliasOk::current(), nullptr);
}

TEST(NoOverlapTest, PromisesUntilTheOutermostScopeOfTheThreadEnds) {
  EXPECT_FALSE(NoOverlap::is_promised());
  {
    const NoOverlap outer;
    { const NoOverlap inner; }
    EXPECT_TRUE(NoOverlap::is_promised());
    bool of_other_thread = true;
    std::thread([&] { of_other_thread = NoOverlap::is_promised(); }).join();
    EXPECT_FALSE(of_other_thread);
  }
  EXPECT_FALSE(NoOverlap::is_promised());
}

}  // namespace
}  // namespace cow
