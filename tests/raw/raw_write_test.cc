#include "cow/diagnostics/raw/raw_write.h"

#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "cow/diagnostics/alias_ok.h"
#include "cow/diagnostics/raw/watched_memory.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::ElementsAre;

std::vector<RawWrite> drained(RawWriteRing& ring) {
  std::vector<RawWrite> writes;
  ring.drain([&](const RawWrite& write) { writes.push_back(write); });
  return writes;
}

RawWrite numbered(int number) {
  RawWrite write;
  write.depth = number;
  return write;
}

TEST(RawWriteRingTest, GivesWhatWasPushedOnceInOrder) {
  const auto ring = std::make_unique<RawWriteRing>();
  EXPECT_TRUE(ring->empty());
  EXPECT_TRUE(ring->push(numbered(1)));
  EXPECT_TRUE(ring->push(numbered(2)));
  EXPECT_FALSE(ring->empty());
  const std::vector<RawWrite> writes = drained(*ring);
  ASSERT_EQ(writes.size(), 2u);
  EXPECT_EQ(writes[0].depth, 1);
  EXPECT_EQ(writes[1].depth, 2);
  EXPECT_TRUE(ring->empty());
  EXPECT_TRUE(drained(*ring).empty());
}

TEST(RawWriteRingTest, WhatDoesNotFitIsCounted) {
  const auto ring = std::make_unique<RawWriteRing>();
  const int capacity = RawWriteRing::kCapacity;
  for (int round = 1; round <= 3; ++round) {
    for (int i = 0; i < capacity; ++i) ASSERT_TRUE(ring->push(numbered(i)));
    EXPECT_FALSE(ring->push(numbered(0)));
    EXPECT_EQ(ring->dropped(), static_cast<std::uint64_t>(round));
    const std::vector<RawWrite> writes = drained(*ring);
    ASSERT_EQ(writes.size(), RawWriteRing::kCapacity);
    for (int i = 0; i < capacity; ++i) EXPECT_EQ(writes[static_cast<std::size_t>(i)].depth, i);
  }
}

TEST(RawWriteRingTest, ThreadsMayPushAtOnce) {
  const auto ring = std::make_unique<RawWriteRing>();
  constexpr int kEach = 10'000;
  const auto push = [&] {
    for (int i = 0; i < kEach; ++i) ring->push(numbered(i));
  };
  std::thread one(push), other(push);
  std::uint64_t got = 0;
  for (int i = 0; i < 1000; ++i) got += drained(*ring).size();
  one.join();
  other.join();
  got += drained(*ring).size();
  EXPECT_EQ(got + ring->dropped(), 2u * kEach);
}

TEST(PushRawWriteTest, KeepsTheElementAndTheStack) {
  alignas(4096) static std::byte memory[4096];
  const double was[] = {1.5, 2.5};
  std::memcpy(memory, was, sizeof(was));
  WatchedMemory* const watched = watch_memory(memory, sizeof(was), sizeof(double));
  const std::uintptr_t stack[] = {11, 12};
  push_raw_write(*watched, memory + 12, stack);
  {
    const AliasOk ok("a test");
    push_raw_write(*watched, memory, {});
  }
  const std::vector<RawWrite> writes = drained(raw_write_ring());
  ASSERT_EQ(writes.size(), 2u);
  EXPECT_EQ(writes[0].memory, watched);
  EXPECT_EQ(writes[0].address, memory + 12);
  EXPECT_EQ(std::memcmp(writes[0].before.data(), &was[1], sizeof(double)), 0);
  EXPECT_THAT(writes[0].stack(), ElementsAre(11u, 12u));
  EXPECT_FALSE(writes[0].is_meant);
  EXPECT_TRUE(writes[1].is_meant);
  EXPECT_TRUE(writes[1].stack().empty());
  unwatch_memory(watched);
}

}  // namespace
}  // namespace cow::alsan
