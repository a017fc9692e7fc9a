#include "cow/core/overlap.h"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "cow/tests/oracle/overlap_facts.h"
#include "cow/tests/oracle/replay.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

constexpr Index kLargest = std::numeric_limits<Index>::max();
constexpr Index kLowest = std::numeric_limits<Index>::min();

// A layout with its own storage.
struct Memory {
  Index itemsize = 1;
  std::vector<Index> shape;
  std::vector<Index> strides;
  Index address = 0;

  operator StridedMemory() const { return {address, shape, strides, itemsize}; }
};

absl::int128 address_of(const StridedMemory& a, const Dims& index) {
  absl::int128 address = a.address;
  for (std::size_t k = 0; k < index.size(); ++k) address += absl::int128(a.strides[k]) * index[k];
  return address;
}

// Two valid elements with a byte in common.
void expect_witness(const OverlapResult& result, const StridedMemory& a, const StridedMemory& b) {
  EXPECT_EQ(testing::witness_problem(result, a, b), "");
}

// How many elements cover each byte, by enumeration.
std::map<Index, int> covered_bytes(const StridedMemory& a) {
  std::map<Index, int> bytes;
  for (Index extent : a.shape) {
    if (extent == 0) return bytes;
  }
  Dims index(a.shape.size(), 0);
  for (bool more = true; more;) {
    const Index address = static_cast<Index>(address_of(a, index));
    for (Index byte = 0; byte < a.itemsize; ++byte) ++bytes[address + byte];
    more = false;
    for (std::size_t k = 0; k < index.size() && !more; ++k) {
      more = ++index[k] < a.shape[k];
      if (!more) index[k] = 0;
    }
  }
  return bytes;
}

class RandomLayouts {
 public:
  explicit RandomLayouts(std::uint64_t seed) : random_(seed) {}

  Index number(Index least, Index most) {
    return std::uniform_int_distribution<Index>(least, most)(random_);
  }

  Memory layout() {
    Memory memory;
    memory.itemsize = number(1, number(1, 9));
    const Index rank = number(0, 4), scale = number(1, number(1, 8)), reach = number(1, 60);
    for (Index k = 0; k < rank; ++k) {
      memory.shape.push_back(number(number(0, 9) == 0 ? 0 : 1, number(1, 6)));
      memory.strides.push_back(scale * number(-reach, reach));
    }
    memory.address = number(-100, 100);
    return memory;
  }

 private:
  std::mt19937_64 random_;
};

std::uint64_t random_seed() {
  const char* given = std::getenv("COW_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

TEST(OverlapTest, PairsOfLayoutsAgreeWithFacts) {
  testing::Tally tally("overlap_facts.txt.gz", std::cout);
  testing::replay_overlap_facts("tests/oracle/facts/overlap_facts.txt.gz", &tally);
  EXPECT_GT(tally.passed(), 20'000);
  EXPECT_EQ(tally.failed(), 0);
  EXPECT_EQ(tally.skipped(), 0);
}

TEST(OverlapTest, SelfOverlapsAgreeWithFacts) {
  testing::Tally tally("internal_overlap_facts.txt.gz", std::cout);
  testing::replay_self_overlap_facts("tests/oracle/facts/internal_overlap_facts.txt.gz", &tally);
  EXPECT_GT(tally.passed(), 3'000);
  EXPECT_EQ(tally.failed(), 0);
  EXPECT_EQ(tally.skipped(), 0);
}

TEST(OverlapTest, AgreesWithEnumerationOfBytes) {
  const std::uint64_t seed = random_seed();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("COW_TEST_SEED=" + std::to_string(seed));
  RandomLayouts random(seed);
  for (int round = 0; round < 3000 && !HasFailure(); ++round) {
    const Memory a = random.layout(), b = random.layout();
    const std::map<Index, int> bytes_a = covered_bytes(a), bytes_b = covered_bytes(b);
    bool shares = false, self = false;
    for (const auto& [byte, elements] : bytes_a) {
      shares |= bytes_b.count(byte) != 0;
      self |= elements > 1;
    }
    const bool meet = !bytes_a.empty() && !bytes_b.empty() &&
                      bytes_a.begin()->first <= bytes_b.rbegin()->first &&
                      bytes_b.begin()->first <= bytes_a.rbegin()->first;
    EXPECT_EQ(bounds_overlap(a, b), meet);
    const OverlapResult pair = find_overlap(a, b);
    EXPECT_EQ(pair.verdict, shares ? Verdict::kYes : Verdict::kNo) << "round " << round;
    if (pair.verdict == Verdict::kYes) expect_witness(pair, a, b);
    const OverlapResult inner = find_self_overlap(a);
    EXPECT_EQ(inner.verdict, self ? Verdict::kYes : Verdict::kNo) << "round " << round;
    if (inner.verdict == Verdict::kYes) {
      expect_witness(inner, a, a);
      EXPECT_NE(inner.index_a, inner.index_b);
    }
    // Without leave to work, an answer is still right.
    const Verdict hasty = find_overlap(a, b, 1).verdict;
    EXPECT_TRUE(hasty == pair.verdict || hasty == Verdict::kTooHard);
    const Verdict hasty_inner = find_self_overlap(a, 1).verdict;
    EXPECT_TRUE(hasty_inner == inner.verdict || hasty_inner == Verdict::kTooHard);
  }
}

TEST(OverlapTest, PartsOfElementsCount) {
  const Memory words{4, {3}, {4}, 0}, bytes{1, {3}, {4}, 3};
  const OverlapResult result = find_overlap(words, bytes);
  EXPECT_EQ(result.verdict, Verdict::kYes);
  expect_witness(result, words, bytes);
  EXPECT_EQ(find_overlap(Memory{3, {3}, {4}, 0}, bytes).verdict, Verdict::kNo);
}

TEST(OverlapTest, EmptyMeetsNothing) {
  const Memory empty{8, {3, 0}, {8, 8}, 0}, full{8, {3}, {8}, 0}, nothing{0, {3}, {8}, 0};
  for (const Memory& other : {empty, full, nothing}) {
    EXPECT_FALSE(bounds_overlap(empty, other));
    EXPECT_EQ(find_overlap(empty, other).verdict, Verdict::kNo);
    EXPECT_EQ(find_overlap(other, nothing).verdict, Verdict::kNo);
  }
  EXPECT_EQ(find_self_overlap(empty).verdict, Verdict::kNo);
  EXPECT_EQ(find_self_overlap(nothing).verdict, Verdict::kNo);
}

TEST(OverlapTest, ThirtyTwoDimensions) {
  Memory a, b;
  for (int k = 0; k < kMaxDims; ++k) {
    a.shape.push_back(2);
    a.strides.push_back((Index(1) << k) * 4);
    b.shape.push_back(2);
    b.strides.push_back(-(Index(1) << k) * 4);
  }
  a.itemsize = b.itemsize = 2;
  b.address = 4 * ((Index(1) << 32) - 1) + 2;
  EXPECT_EQ(find_overlap(a, b).verdict, Verdict::kNo);
  EXPECT_EQ(find_self_overlap(a).verdict, Verdict::kNo);
  b.address -= 1;
  const OverlapResult result = find_overlap(a, b);
  EXPECT_EQ(result.verdict, Verdict::kYes);
  expect_witness(result, a, b);
}

TEST(OverlapTest, LengthOneAxesMayHaveAnyStride) {
  const Memory a{8, {1, 4}, {kLowest, 8}, 0}, b{8, {4, 1}, {8, kLargest}, 24};
  const OverlapResult ab = find_overlap(a, b), ba = find_overlap(b, a);
  EXPECT_EQ(ab.verdict, Verdict::kYes);
  expect_witness(ab, a, b);
  EXPECT_EQ(ba.verdict, Verdict::kYes);
  expect_witness(ba, b, a);
  EXPECT_EQ(find_self_overlap(a).verdict, Verdict::kNo);
}

TEST(OverlapTest, TheLowestStrideHasNoNegative) {
  const Memory down{4, {3}, {kLowest}, 0};  // at 0, -2^63 and -2^64
  const Memory beside{4, {}, {}, kLowest + 4};
  const Memory touching[] = {{4, {}, {}, kLowest + 3},
                             {1, {2, 2}, {kLowest, 2}, 1},
                             {4, {2}, {kLowest}, kLowest + 3},
                             {4, {5}, {kLargest}, kLowest},
                             down};
  for (const Memory& other : touching) {
    const OverlapResult ab = find_overlap(down, other), ba = find_overlap(other, down);
    EXPECT_EQ(ab.verdict, Verdict::kYes);
    expect_witness(ab, down, other);
    EXPECT_EQ(ba.verdict, Verdict::kYes);
    expect_witness(ba, other, down);
  }
  EXPECT_EQ(find_overlap(down, beside).verdict, Verdict::kNo);
  EXPECT_EQ(find_overlap(beside, down).verdict, Verdict::kNo);
  const Memory between{4, {3}, {kLowest}, 4};
  EXPECT_EQ(find_overlap(down, between).verdict, Verdict::kNo);
  EXPECT_EQ(find_overlap(between, down).verdict, Verdict::kNo);
  EXPECT_EQ(find_self_overlap(down).verdict, Verdict::kNo);
  const Memory twice{4, {2, 2}, {kLowest, kLowest}, 0};
  const OverlapResult inner = find_self_overlap(twice);
  EXPECT_EQ(inner.verdict, Verdict::kYes);
  expect_witness(inner, twice, twice);
  EXPECT_NE(inner.index_a, inner.index_b);
}

TEST(OverlapTest, HugeNumbersAreExactOrOverflow) {
  // Far beyond 64 bits, exact in 128.
  const Memory wide{1, {5}, {kLargest}, 0}, lower{1, {5}, {kLargest}, -kLargest};
  EXPECT_TRUE(bounds_overlap(wide, lower));
  const OverlapResult result = find_overlap(wide, lower);
  EXPECT_EQ(result.verdict, Verdict::kYes);
  expect_witness(result, wide, lower);
  EXPECT_EQ(find_overlap(wide, Memory{1, {5}, {kLargest}, 1}).verdict, Verdict::kNo);
  EXPECT_EQ(find_self_overlap(wide).verdict, Verdict::kNo);
  // Extents that do not fit.
  const Memory endless{1, {kLargest, kLargest}, {kLargest, kLargest}, 0};
  const Memory backwards{1, {kLargest, kLargest}, {kLowest, kLowest}, 0};
  EXPECT_EQ(find_overlap(endless, wide).verdict, Verdict::kOverflow);
  EXPECT_EQ(find_overlap(wide, backwards).verdict, Verdict::kOverflow);
  EXPECT_EQ(find_self_overlap(endless).verdict, Verdict::kOverflow);
  EXPECT_TRUE(bounds_overlap(endless, wide));
  EXPECT_TRUE(bounds_overlap(backwards, endless));
}

TEST(OverlapTest, WorkIsLimited) {
  // Thirty extents of 2 with strides that have nothing to do with each other.
  Memory a{1, {}, {}, 0}, b{1, {}, {}, 0};
  std::mt19937_64 random(7);
  Index total = 0;
  for (int k = 0; k < 30; ++k) {
    Memory& side = k % 2 == 0 ? a : b;
    const Index stride = static_cast<Index>(random() % 1'000'000'000);
    side.shape.push_back(2);
    side.strides.push_back(k % 2 == 0 ? stride : -stride);
    total += stride;
  }
  b.address = total / 2;
  EXPECT_EQ(find_overlap(a, b, 1).verdict, Verdict::kTooHard);
  EXPECT_EQ(find_overlap(a, b, 1000).verdict, Verdict::kTooHard);
  const Verdict verdict = find_overlap(a, b).verdict;
  EXPECT_NE(verdict, Verdict::kTooHard);
  EXPECT_NE(verdict, Verdict::kOverflow);
}

}  // namespace
}  // namespace cow
