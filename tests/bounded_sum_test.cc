#include "cow/core/bounded_sum.h"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "cow/tests/oracle/bounded_sum_facts.h"
#include "cow/tests/oracle/replay.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

using absl::int128;

constexpr Index kLargest = std::numeric_limits<Index>::max();
constexpr Index kLowest = std::numeric_limits<Index>::min();

struct Problem {
  std::vector<Index> coefficients;
  std::vector<Index> bounds;
  int128 lo;
  int128 hi;
};

// The verdict; a solution is checked.
Verdict decide(const Problem& p, Index max_work = kDefaultMaxWork) {
  std::vector<Index> x(p.bounds.size(), -1);
  const Verdict verdict =
      find_bounded_sum(p.coefficients, p.bounds, p.lo, p.hi, max_work, absl::MakeSpan(x));
  if (verdict != Verdict::kYes) {
    EXPECT_EQ(x, std::vector<Index>(x.size(), -1)) << "x was changed without a solution";
    return verdict;
  }
  EXPECT_EQ(testing::solution_problem(p.coefficients, p.bounds, p.lo, p.hi, x), "");
  return verdict;
}

// By trying everything.
bool is_possible(const Problem& p, std::size_t first = 0, int128 sum = 0) {
  if (first == p.bounds.size()) return p.lo <= sum && sum <= p.hi;
  for (Index x = 0; x <= p.bounds[first]; ++x) {
    if (is_possible(p, first + 1, sum + int128(p.coefficients[first]) * x)) return true;
  }
  return false;
}

TEST(BoundedSumTest, AgreesWithDiophantineFacts) {
  testing::Tally tally("dioph_facts.txt.gz", std::cout);
  testing::replay_bounded_sum_facts("tests/oracle/facts/dioph_facts.txt.gz", &tally);
  EXPECT_GT(tally.passed(), 1'000);
  EXPECT_EQ(tally.failed(), 0);
}

TEST(BoundedSumTest, AgreesWithEnumeration) {
  const char* given = std::getenv("COW_TEST_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("COW_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  auto number = [&](Index least, Index most) {
    return std::uniform_int_distribution<Index>(least, most)(random);
  };
  for (int round = 0; round < 20'000 && !HasFailure(); ++round) {
    Problem p;
    const Index size = number(0, 5), reach = number(1, 200), factor = number(1, 6);
    // Some as they are, some far beyond 64 bits.
    const Index scale = number(0, 3) == 0 ? kLargest / (reach * factor) : 1;
    int128 least = 0, most = 0;
    for (Index i = 0; i < size; ++i) {
      p.coefficients.push_back(scale * (number(0, 1) != 0 ? factor : 1) * number(-reach, reach));
      p.bounds.push_back(number(0, 6));
      const int128 product = int128(p.coefficients[i]) * p.bounds[i];
      (product < 0 ? least : most) += product;
    }
    const Index position = number(0, 1000), width = number(0, 1) * number(0, number(0, 100));
    p.lo = least + (most - least) / 1000 * position + number(-5, 5);
    p.hi = p.lo + width;
    const Verdict truth = is_possible(p) ? Verdict::kYes : Verdict::kNo;
    EXPECT_EQ(decide(p), truth) << "round " << round;
    const Verdict hasty = decide(p, 1);
    EXPECT_TRUE(hasty == truth || hasty == Verdict::kTooHard) << "round " << round;
  }
}

TEST(BoundedSumTest, TrivialProblems) {
  EXPECT_EQ(decide({{}, {}, 0, 0}), Verdict::kYes);
  EXPECT_EQ(decide({{}, {}, 1, 2}), Verdict::kNo);
  EXPECT_EQ(decide({{0, 0}, {7, 9}, -1, 1}), Verdict::kYes);
  EXPECT_EQ(decide({{3}, {2}, 4, 3}), Verdict::kNo) << "empty range";
  EXPECT_EQ(decide({{3}, {-1}, 0, 0}), Verdict::kNo) << "no x at all";
  EXPECT_EQ(decide({{-3}, {2}, -6, -6}), Verdict::kYes);
}

TEST(BoundedSumTest, LargestNumbers) {
  EXPECT_EQ(decide({{kLowest, kLargest}, {kLargest / 8, kLargest / 8}, -5, -5}), Verdict::kYes);
  EXPECT_EQ(decide({{kLowest, kLargest, 2}, {9, 9, 2}, -5, -5}), Verdict::kYes);
  EXPECT_EQ(decide({{kLowest, kLargest, 2}, {9, 9, 2}, 14, 14}), Verdict::kNo);
  EXPECT_EQ(decide({{kLowest}, {kLargest}, 1, 1}), Verdict::kOverflow);
  // A range may be as large as it likes.
  const int128 far = std::numeric_limits<int128>::max();
  EXPECT_EQ(decide({{1}, {1}, -far, 0}), Verdict::kYes);
  EXPECT_EQ(decide({{1}, {1}, 2, far}), Verdict::kNo);
  EXPECT_EQ(decide({{1}, {1}, -far, -1}), Verdict::kNo);
  EXPECT_EQ(decide({{kLargest, kLargest}, {9, 9}, far, far}), Verdict::kNo);
}

// Each of these needs the lattice: tables would be astronomical.
TEST(BoundedSumTest, FewTermsWithLargeNumbers) {
  std::mt19937_64 random(1);
  for (int size = 3; size <= 7; ++size) {
    for (int round = 0; round < 20; ++round) {
      Problem p;
      int128 sum = 0;
      for (int i = 0; i < size; ++i) {
        p.coefficients.push_back(static_cast<Index>(random() >> 24) + 1);
        p.bounds.push_back(100'000);
        sum += int128(p.coefficients[i]) * static_cast<Index>(random() % 100'000);
      }
      p.lo = p.hi = sum;
      EXPECT_EQ(decide(p), Verdict::kYes);
    }
  }
}

}  // namespace
}  // namespace cow
