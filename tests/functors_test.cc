#include "cow/core/functors.h"

#include <cmath>
#include <functional>
#include <limits>

#include "gtest/gtest.h"

namespace cow::internal {
namespace {

/// All pairs of numbers of 8 bits, of any signedness, against arithmetic in int.
template <class T, class U>
void compare_bytes() {
  using R = Promoted<T, U>;
  for (int x = std::numeric_limits<T>::min(); x <= std::numeric_limits<T>::max(); ++x) {
    for (int y = std::numeric_limits<U>::min(); y <= std::numeric_limits<U>::max(); ++y) {
      const T a = static_cast<T>(x);
      const U b = static_cast<U>(y);
      ASSERT_EQ(Plus()(a, b), static_cast<R>(x + y)) << x << ", " << y;
      ASSERT_EQ(Minus()(a, b), static_cast<R>(x - y)) << x << ", " << y;
      ASSERT_EQ(Times()(a, b), static_cast<R>(x * y)) << x << ", " << y;
      ASSERT_EQ(Comparison<std::less<>>()(a, b), x < y) << x << ", " << y;
      if (y != 0) {
        ASSERT_EQ(Divide()(a, b), double(x) / y) << x << ", " << y;
      }
    }
  }
}

TEST(FunctorsTest, BytesAsIntegersModulo256) {
  compare_bytes<std::int8_t, std::int8_t>();
  compare_bytes<std::uint8_t, std::uint8_t>();
  compare_bytes<std::int8_t, std::uint8_t>();
}

TEST(FunctorsTest, WideIntegersWrap) {
  constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(Plus()(kHighest, kHighest), -2);
  EXPECT_EQ(Minus()(-2, std::numeric_limits<int>::max()), std::numeric_limits<int>::max());
  EXPECT_EQ(Times()(kHighest, kHighest), 1);
  // Two factors that overflow an int, to which C++ promotes them.
  EXPECT_EQ(Times()(std::uint16_t{65535}, std::uint16_t{65535}), 1);
}

TEST(FunctorsTest, BoolIsLogic) {
  for (bool x : {false, true}) {
    for (bool y : {false, true}) {
      EXPECT_EQ(Plus()(x, y), x || y);
      EXPECT_EQ(Times()(x, y), x && y);
    }
    EXPECT_EQ(Plus()(x, std::int8_t{1}), 1 + x);
  }
  static_assert(std::is_same_v<decltype(Plus()(true, true)), bool>);
  static_assert(std::is_same_v<decltype(Divide()(true, true)), double>);
}

TEST(FunctorsTest, DivisionIsTrueAndNeverTraps) {
  EXPECT_EQ(Divide()(1, 0), HUGE_VAL);
  EXPECT_TRUE(std::isnan(Divide()(0, 0)));
  EXPECT_EQ(Divide()(std::numeric_limits<int>::min(), -1), 2147483648.0);
  static_assert(std::is_same_v<decltype(Divide()(1.0f, 2.0f)), float>);
  static_assert(std::is_same_v<decltype(Divide()(1.0f, 2)), double>);
}

TEST(FunctorsTest, OrderOfExtremes) {
  using C = std::complex<double>;
  EXPECT_TRUE(Less()(C(1, 9), C(2, 0)));
  EXPECT_TRUE(Less()(C(1, 0), C(1, 1)));
  EXPECT_FALSE(Less()(C(1, 1), C(1, 1)));
  EXPECT_TRUE(Greater()(C(1, 1), C(1, 0)));
  EXPECT_FALSE(Less()(std::nan(""), 1.0) || Greater()(std::nan(""), 1.0));
}

}  // namespace
}  // namespace cow::internal
