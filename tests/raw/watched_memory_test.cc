#include "cow/diagnostics/raw/watched_memory.h"

#include <sys/mman.h>

#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

class WatchedMemoryTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kPages = 8;

  void SetUp() override {
    bytes_ = page_bytes() * kPages;
    void* mapped =
        mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(mapped, MAP_FAILED);
    memory_ = static_cast<std::byte*>(mapped);
  }
  void TearDown() override { munmap(memory_, bytes_); }

  std::byte* memory_ = nullptr;
  std::size_t bytes_ = 0;
};

TEST_F(WatchedMemoryTest, IsFoundByAnyAddressOfItsPages) {
  std::byte* const second = memory_ + 2 * page_bytes();
  WatchedMemory* const watched = watch_memory(second, page_bytes() + 8, 8);
  ASSERT_NE(watched, nullptr);
  EXPECT_EQ(watched->bytes(), (ByteSpan{second, second + page_bytes() + 8}));
  EXPECT_EQ(watched->pages().size(), 2 * page_bytes());
  EXPECT_EQ(watched->itemsize(), 8u);
  EXPECT_EQ(find_watched(second), watched);
  EXPECT_EQ(find_watched(second + 2 * page_bytes() - 1), watched);
  EXPECT_EQ(find_watched(second - 1), nullptr);
  EXPECT_EQ(find_watched(second + 2 * page_bytes()), nullptr);
  EXPECT_EQ(find_watched(nullptr), nullptr);
  EXPECT_EQ(find_watched(reinterpret_cast<void*>(~std::uintptr_t{0})), nullptr);
  unwatch_memory(watched);
  EXPECT_EQ(find_watched(second), nullptr);
}

TEST_F(WatchedMemoryTest, NeighboursAreKeptApart) {
  WatchedMemory* const first = watch_memory(memory_, 1, 1);
  WatchedMemory* const second = watch_memory(memory_ + page_bytes(), 1, 1);
  EXPECT_EQ(find_watched(memory_ + page_bytes() - 1), first);
  EXPECT_EQ(find_watched(memory_ + page_bytes()), second);
  unwatch_memory(first);
  EXPECT_EQ(find_watched(memory_), nullptr);
  EXPECT_EQ(find_watched(memory_ + page_bytes()), second);
  unwatch_memory(second);
}

TEST_F(WatchedMemoryTest, OnlyOpenRangesMayBeWritten) {
  WatchedMemory* const watched = watch_memory(memory_, bytes_, 8);
  EXPECT_FALSE(watched->is_open());
  EXPECT_FALSE(watched->may_write(memory_));
  const ByteSpan range{memory_ + 16, memory_ + 32};
  watched->open_range(range);
  EXPECT_TRUE(watched->is_open());
  EXPECT_FALSE(watched->may_write(memory_ + 15));
  EXPECT_TRUE(watched->may_write(memory_ + 16));
  EXPECT_TRUE(watched->may_write(memory_ + 31));
  EXPECT_FALSE(watched->may_write(memory_ + 32));
  watched->open_range(range);  // twice
  watched->close_range(range);
  EXPECT_TRUE(watched->may_write(memory_ + 16));
  watched->close_range(range);
  EXPECT_FALSE(watched->may_write(memory_ + 16));
  EXPECT_FALSE(watched->is_open());
  watched->close_range(range);  // opened before it was watched
  EXPECT_FALSE(watched->is_open());
  unwatch_memory(watched);
}

TEST_F(WatchedMemoryTest, ManyOpenRangesOpenAll) {
  WatchedMemory* const watched = watch_memory(memory_, bytes_, 8);
  for (int i = 0; i < 20; ++i) watched->open_range({memory_ + i * 8, memory_ + i * 8 + 8});
  EXPECT_TRUE(watched->may_write(memory_ + 1000));
  for (int i = 0; i < 20; ++i) watched->close_range({memory_ + i * 8, memory_ + i * 8 + 8});
  EXPECT_FALSE(watched->is_open());
  EXPECT_FALSE(watched->may_write(memory_));
  unwatch_memory(watched);
}

TEST_F(WatchedMemoryTest, TouchedIsTheHullOfAllTouches) {
  WatchedMemory* const watched = watch_memory(memory_, bytes_, 8);
  EXPECT_EQ(watched->take_touched().size(), 0u);
  watched->touch({memory_ + 40, memory_ + 48});
  watched->touch({memory_ + 8, memory_ + 16});
  EXPECT_EQ(watched->take_touched(), (ByteSpan{memory_ + 8, memory_ + 48}));
  EXPECT_EQ(watched->take_touched().size(), 0u);
  unwatch_memory(watched);
}

TEST_F(WatchedMemoryTest, UsedAgainItIsAsNew) {
  WatchedMemory* const former = watch_memory(memory_, bytes_, 8);
  former->open_range({memory_, memory_ + 8});
  former->touch({memory_, memory_ + 8});
  unwatch_memory(former);
  WatchedMemory* const watched = watch_memory(memory_, 64, 4);
  EXPECT_FALSE(watched->is_open());
  EXPECT_FALSE(watched->may_write(memory_));
  EXPECT_EQ(watched->take_touched().size(), 0u);
  EXPECT_EQ(watched->bytes().size(), 64u);
  unwatch_memory(watched);
}

TEST_F(WatchedMemoryTest, AddressesBeyondTheTableCannotBeWatched) {
  EXPECT_EQ(watch_memory(reinterpret_cast<std::byte*>(std::uintptr_t{1} << 52), 4096, 1), nullptr);
}

}  // namespace
}  // namespace cow::alsan
