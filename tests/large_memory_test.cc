#include "cow/core/large_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <random>

#include "cow/core/large_arrays.h"
#include "gtest/gtest.h"

namespace cow::internal {
namespace {

using Memory = std::unique_ptr<LargeMemory>;

std::size_t page() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

/// Large memory and what it ought to hold.
struct Twin {
  Memory memory;
  std::vector<std::byte> bytes;

  bool is_right() const { return std::memcmp(memory->data(), bytes.data(), bytes.size()) == 0; }
};

Twin filled(std::size_t bytes, int value) {
  Twin twin{LargeMemory::make(bytes), std::vector<std::byte>(bytes, static_cast<std::byte>(value))};
  std::memset(twin.memory->data(), value, bytes);
  return twin;
}

class LargeMemoryTest : public testing::Test {
 protected:
  void SetUp() override {
    if (large_arrays() != LargeArrays::kLazyCopies) GTEST_SKIP() << "no lazy copies here";
  }
};

TEST_F(LargeMemoryTest, ACopyIsIndependentBothWays) {
  Twin a = filled(5 * page(), 1);
  std::byte* const before = a.memory->data();
  Twin b{a.memory->copy(), a.bytes};
  ASSERT_NE(b.memory, nullptr);
  EXPECT_EQ(a.memory->data(), before);
  EXPECT_TRUE(a.is_right() && b.is_right());
  before[0] = a.bytes[0] = std::byte{7};  // by a pointer taken before the copy
  b.memory->data()[3 * page()] = b.bytes[3 * page()] = std::byte{8};
  EXPECT_TRUE(a.is_right() && b.is_right());
}

TEST_F(LargeMemoryTest, OnlyWrittenPagesAreCopied) {
  Twin a = filled(100 * page() - 8, 1);  // ASan builds add a byte, which is to be in the last page
  const Memory b = a.memory->copy();
  EXPECT_TRUE(a.memory->shared_pages().size() == 1 &&
              bytes_of(a.memory->shared_pages()) == 100 * page());
  b->data()[10 * page() + 5] = std::byte{2};
  b->data()[11 * page()] = std::byte{2};
  b->data()[99 * page()] = std::byte{2};
  const std::vector<PageRun> shared = b->shared_pages();
  ASSERT_EQ(shared.size(), 2u);
  EXPECT_EQ(shared[0].begin, b->data());
  EXPECT_EQ(shared[0].size, 10 * page());
  EXPECT_EQ(shared[1].begin, b->data() + 12 * page());
  EXPECT_EQ(shared[1].size, 87 * page());
  // A copy of that has the three pages, and shares the rest with both.
  const Memory c = b->copy();
  EXPECT_EQ(c->data()[11 * page()], std::byte{2});
  EXPECT_EQ(bytes_of(c->shared_pages()), 97 * page());
}

TEST_F(LargeMemoryTest, TheLastOneOwnsAllPages) {
  Twin a = filled(4 * page(), 1);
  { const Memory b = a.memory->copy(); }
  EXPECT_TRUE(a.memory->shared_pages().empty());
}

TEST_F(LargeMemoryTest, CopiesThatAreMostlyWrittenAreTakenAtOnce) {
  Twin a = filled(8 * page(), 1);
  const auto copy_and_write = [&](std::size_t pages) {
    const Memory b = a.memory->copy();
    if (b == nullptr) return false;
    std::memset(b->data(), 2, pages * page());
    return true;
  };
  EXPECT_TRUE(copy_and_write(8));  // wasted
  EXPECT_FALSE(copy_and_write(8));
  int lazy = 0;
  for (int round = 0; round < 100; ++round) lazy += copy_and_write(1) ? 1 : 0;
  EXPECT_GT(lazy, 80);  // it tried again, and has found that it pays off
  EXPECT_TRUE(a.is_right());
}

TEST_F(LargeMemoryTest, AMostlyWrittenSourceIsCopiedAtOnce) {
  Twin a = filled(8 * page(), 1);
  const Memory b = a.memory->copy();
  std::memset(a.memory->data(), 2, 5 * page());
  EXPECT_EQ(a.memory->copy(), nullptr);
}

TEST_F(LargeMemoryTest, BulkWritesTakePagesAtOnce) {
  Twin a = filled(16 * page(), 1);
  const Memory b = a.memory->copy();
  std::byte* const address = a.memory->data();
  a.memory->prepare_bulk_write(false);
  EXPECT_FALSE(a.memory->maps_sealed_file());
  EXPECT_EQ(a.memory->data(), address);
  EXPECT_TRUE(a.is_right());
  a.memory->data()[0] = std::byte{9};
  EXPECT_EQ(b->data()[0], std::byte{1});
  // And it can be copied again.
  const Memory c = a.memory->copy();
  ASSERT_NE(c, nullptr);
  EXPECT_EQ(c->data()[0], std::byte{9});
  // Of what is overwritten nothing is copied.
  { const Twin kept = filled(16 * page(), 5); }
  c->prepare_bulk_write(true);
  EXPECT_EQ(c->data()[0], std::byte{5});
}

TEST_F(LargeMemoryTest, DroppedMemoryIsKeptForTheNext) {
  std::byte* const address = LargeMemory::make(1000 * page())->data();
  EXPECT_EQ(LargeMemory::make(900 * page())->data(), address);
  EXPECT_NE(LargeMemory::make(2 * page())->data(), address);
  release_recycled_memory();
  const Memory a = LargeMemory::make(1000 * page());
  EXPECT_EQ(a->data()[999 * page()], std::byte{0});
}

TEST_F(LargeMemoryTest, ReserveTakesAllPages) {
  Twin a = filled(10 * page(), 1);
  const Memory b = a.memory->copy();
  b->reserve();
  EXPECT_TRUE(b->shared_pages().empty());
  EXPECT_EQ(b->data()[9 * page()], std::byte{1});
}

/// Copies of copies, of written and of dropped memory: random steps against plain bytes.
TEST_F(LargeMemoryTest, RandomStepsAgainstPlainBytes) {
  std::mt19937_64 random(20261125);
  std::vector<Twin> twins;
  for (int step = 0; step < 20000; ++step) {
    const std::size_t which = twins.empty() ? 0 : random() % twins.size();
    const auto action = random() % 16;
    if (twins.empty() || (action == 0 && twins.size() < 12)) {
      twins.push_back(filled(1 + random() % (12 * page()), static_cast<int>(random() % 256)));
    } else if (action < 5 && twins.size() < 12) {
      Twin copy{twins[which].memory->copy(), twins[which].bytes};
      if (copy.memory == nullptr) {
        copy.memory = LargeMemory::make(copy.bytes.size());
        std::memcpy(copy.memory->data(), copy.bytes.data(), copy.bytes.size());
      }
      twins.push_back(std::move(copy));
    } else if (action < 7) {
      std::swap(twins[which], twins.back());
      ASSERT_TRUE(twins.back().is_right()) << step;
      twins.pop_back();
    } else if (action == 7) {
      Twin& twin = twins[which];
      const bool all = random() % 2 == 0;
      twin.memory->prepare_bulk_write(all);
      if (all) {
        std::memset(twin.memory->data(), 5, twin.bytes.size());
        std::memset(twin.bytes.data(), 5, twin.bytes.size());
      }
    } else {
      Twin& twin = twins[which];
      const std::size_t begin = random() % twin.bytes.size();
      const std::size_t count = random() % std::min<std::size_t>(twin.bytes.size() - begin, 300);
      const int value = static_cast<int>(random() % 256);
      std::memset(twin.memory->data() + begin, value, count);
      std::memset(twin.bytes.data() + begin, value, count);
    }
    if (step % 50 == 0) {
      for (const Twin& twin : twins) ASSERT_TRUE(twin.is_right()) << step;
    }
  }
}

TEST(LargeArraysTest, KindsThatCopyAtOnce) {
  for (const LargeArrays kind : {LargeArrays::kEagerCopies, LargeArrays::kHugePages}) {
    set_large_arrays(kind);
    EXPECT_EQ(large_arrays(), kind);
    const Memory a = LargeMemory::make(5 * page());
    std::memset(a->data(), 1, 5 * page());
    EXPECT_EQ(a->copy(), nullptr);
    EXPECT_TRUE(a->shared_pages().empty());
    a->prepare_bulk_write(true);
    EXPECT_EQ(a->data()[0], std::byte{1});
    a->reserve();
  }
  set_large_arrays(LargeArrays::kLazyCopies);
}

}  // namespace
}  // namespace cow::internal
