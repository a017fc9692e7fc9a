#include "cow/core/mode.h"

#include <thread>

#include "cow/core/creation.h"
#include "cow/core/operators.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

bool writes_through(Array<int>& a) {
  Array<int> view = a[0];
  view.fill(1);
  return a(0) == 1;
}

TEST(ModeTest, ScopesNest) {
  EXPECT_EQ(default_mode(), Mode::kView);
  {
    const ScopedMode outer(Mode::kCopyOnWrite);
    EXPECT_EQ(default_mode(), Mode::kCopyOnWrite);
    {
      const ScopedMode inner(Mode::kView);
      EXPECT_EQ(default_mode(), Mode::kView);
    }
    EXPECT_EQ(default_mode(), Mode::kCopyOnWrite);
  }
  EXPECT_EQ(default_mode(), Mode::kView);
}

TEST(ModeTest, AScopeIsOfItsThread) {
  const ScopedMode mode(Mode::kCopyOnWrite);
  std::thread([] { EXPECT_EQ(default_mode(), Mode::kView); }).join();
}

TEST(ModeTest, TheProcessDefaultHoldsOutsideOfScopes) {
  set_default_mode(Mode::kCopyOnWrite);
  std::thread([] { EXPECT_EQ(default_mode(), Mode::kCopyOnWrite); }).join();
  {
    const ScopedMode mode(Mode::kView);
    EXPECT_EQ(default_mode(), Mode::kView);
  }
  set_default_mode(Mode::kView);
  EXPECT_EQ(default_mode(), Mode::kView);
}

TEST(ModeTest, ABufferKeepsTheModeThatItWasMadeIn) {
  Array<int> viewing = zeros<int>({2});
  Array<int> copying = [] {
    const ScopedMode mode(Mode::kCopyOnWrite);
    return zeros<int>({2});
  }();
  EXPECT_FALSE(writes_through(copying));
  const ScopedMode mode(Mode::kCopyOnWrite);
  EXPECT_TRUE(writes_through(viewing));
}

TEST(ModeTest, CopiesAreMadeInTheModeOfTheMoment) {
  const Array<int> viewing = zeros<int>({2});
  const ScopedMode mode(Mode::kCopyOnWrite);
  Array<int> copy = viewing.copy();
  EXPECT_FALSE(writes_through(copy));
  Array<int> sum = viewing + viewing;
  EXPECT_FALSE(writes_through(sum));
  Array<int> of_copying = copy.copy();
  {
    const ScopedMode inner(Mode::kView);
    of_copying = copy.copy();
  }
  EXPECT_TRUE(writes_through(of_copying));
  EXPECT_EQ(copy(0), 0);
}

}  // namespace
}  // namespace cow
