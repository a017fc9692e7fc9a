#include "cow/core/random.h"

#include <cmath>
#include <random>

#include "cow/tests/array_testing.h"

namespace cow {
namespace {

TEST(RandomTest, TheSameForTheSameSeed) {
  EXPECT_EQ(elements_of(random_uniform<double>({3, 2}, 5)),
            elements_of(random_uniform<double>({3, 2}, 5)));
  EXPECT_NE(elements_of(random_uniform<double>({3}, 5)),
            elements_of(random_uniform<double>({3}, 6)));
}

// By the standard, the 10000th number of mt19937_64 with its default seed.
TEST(RandomTest, TheSameOnEveryMachine) {
  const Array<double> a = random_uniform<double>({10000}, std::mt19937_64::default_seed);
  EXPECT_EQ(a(-1), std::ldexp(static_cast<double>(9981545732273789042u >> 11), -53));
}

TEST(RandomTest, UniformBelowOne) {
  const Array<float> a = random_uniform<float>({10000}, 1);
  EXPECT_GE(a.min(), 0.0f);
  EXPECT_LT(a.max(), 1.0f);
  EXPECT_NEAR(a.mean(), 0.5, 0.02);
  EXPECT_LT(a.min(), 0.01f);
  EXPECT_GT(a.max(), 0.99f);
}

}  // namespace
}  // namespace cow
