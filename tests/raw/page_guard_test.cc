#include "cow/diagnostics/raw/page_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <thread>
#include <vector>

#include "cow/diagnostics/raw/raw_write.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

constexpr std::size_t kPages = 16;

class PageGuardTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(start_page_guard(), "");
    void* mapped = mmap(nullptr, kPages * page_bytes(), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(mapped, MAP_FAILED);
    memory_ = static_cast<std::byte*>(mapped);
    watched_ = watch_memory(memory_, kPages * page_bytes(), 1);
    protect_pages(*watched_, watched_->pages());
  }
  void TearDown() override {
    unwatch_memory(watched_);
    munmap(memory_, kPages * page_bytes());
  }
  void write(std::size_t offset, int value = 7) {
    *static_cast<volatile std::byte*>(memory_ + offset) = std::byte(value);
  }
  static std::vector<RawWrite> trapped() {
    std::vector<RawWrite> writes;
    raw_write_ring().drain([&](const RawWrite& write) { writes.push_back(write); });
    return writes;
  }

  std::byte* memory_ = nullptr;
  WatchedMemory* watched_ = nullptr;
};

TEST_F(PageGuardTest, TheFirstWriteToAPageIsTrappedAndGoesThrough) {
  write(5);
  write(6);
  EXPECT_EQ(memory_[5], std::byte{7});
  EXPECT_EQ(memory_[6], std::byte{7});
  std::vector<RawWrite> writes = trapped();
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0].address, memory_ + 5);
  EXPECT_EQ(writes[0].before[0], std::byte{0});
  EXPECT_GT(writes[0].depth, 3);
  EXPECT_EQ(watched_->take_touched(), (ByteSpan{memory_, memory_ + page_bytes()}));
  write(3 * page_bytes());
  EXPECT_EQ(trapped().size(), 1u);
  protect_pages(*watched_, watched_->pages());
  write(5);
  EXPECT_EQ(trapped().size(), 1u);
}

TEST_F(PageGuardTest, OpenPagesAreFree) {
  open_pages(*watched_, {memory_ + page_bytes() + 1, memory_ + page_bytes() + 2});
  write(page_bytes());
  write(2 * page_bytes() - 1);
  EXPECT_TRUE(trapped().empty());
  write(page_bytes() - 1);
  write(2 * page_bytes());
  EXPECT_EQ(trapped().size(), 2u);
}

TEST_F(PageGuardTest, MemcpyIsTrappedWithItsCaller) {
  char text[] = "text";
  std::memcpy(memory_ + 100, text, sizeof(text));
  const std::vector<RawWrite> writes = trapped();
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_GE(writes[0].depth, 2);
  EXPECT_EQ(std::memcmp(memory_ + 100, text, sizeof(text)), 0);
}

TEST_F(PageGuardTest, ThreadsMayFaultAtOnce) {
  std::vector<std::thread> threads;
  for (std::size_t half = 0; half < 2; ++half) {
    threads.emplace_back([&, half] {
      for (std::size_t page = half; page < kPages; page += 2) write(page * page_bytes() + half);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(trapped().size(), kPages);
}

TEST_F(PageGuardTest, ASystemCallFailsInstead) {
  const int zeros = open("/dev/zero", O_RDONLY);
  errno = 0;
  EXPECT_EQ(read(zeros, memory_, 10), -1);
  EXPECT_EQ(errno, EFAULT);
  open_pages(*watched_, watched_->pages());
  EXPECT_EQ(read(zeros, memory_, 10), 10);
  close(zeros);
  EXPECT_TRUE(trapped().empty());
}

using PageGuardDeathTest = PageGuardTest;

TEST_F(PageGuardDeathTest, OtherFaultsEndTheProgramAsBefore) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  // A sanitizer's own handler ends it with a report instead of the signal.
  EXPECT_DEATH(
      {
        void* other = mmap(nullptr, page_bytes(), PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        *static_cast<volatile char*>(other) = 1;
      },
      "");
}

}  // namespace
}  // namespace cow::alsan
