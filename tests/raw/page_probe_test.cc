#include "cow/diagnostics/raw/page_probe.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <iostream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

constexpr std::size_t kPages = 300;

/// By its version, and whether it lets this process ask at all.
bool kernel_should_tell() {
#if defined(__x86_64__)
  utsname system = {};
  int major = 0, minor = 0;
  if (uname(&system) != 0 || std::sscanf(system.release, "%d.%d", &major, &minor) != 2)
    return false;
  const long fd = syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* user mode only */);
  if (fd >= 0) close(static_cast<int>(fd));
  return fd >= 0 && (major > 6 || (major == 6 && minor >= 7));
#else
  return false;
#endif
}

/// On a kernel that cannot tell, the probe must say so, and nothing more.
class PageProbeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    void* mapped = mmap(nullptr, kPages * page_bytes(), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(mapped, MAP_FAILED);
    memory_ = static_cast<std::byte*>(mapped);
    std::memset(memory_, 1, kPages / 2 * page_bytes());  // the rest was never touched
    watched_ = watch_memory(memory_, kPages * page_bytes(), 8);
    const std::string trouble = start_page_probe();
    can_tell_ = trouble.empty();
    EXPECT_TRUE(can_tell_ || !kernel_should_tell()) << trouble;
    EXPECT_EQ(probe_pages(*watched_), can_tell_);
    if (can_tell_) return;
    std::cout << "this kernel cannot tell: " << trouble << "\n";
    EXPECT_EQ(written(), std::nullopt);
  }
  void TearDown() override {
    stop_probing(*watched_);
    unwatch_memory(watched_);
    munmap(memory_, kPages * page_bytes());
  }
  std::optional<std::vector<ByteSpan>> written() {
    return take_written(*watched_, watched_->pages());
  }
  ByteSpan page(std::size_t first, std::size_t count = 1) const {
    return {memory_ + first * page_bytes(), memory_ + (first + count) * page_bytes()};
  }
  void write(std::size_t page) {
    *static_cast<volatile std::byte*>(memory_ + page * page_bytes() + 100) = std::byte{7};
  }

  std::byte* memory_ = nullptr;
  WatchedMemory* watched_ = nullptr;
  bool can_tell_ = false;
};

TEST_F(PageProbeTest, TellsWrittenPagesOnce) {
  if (!can_tell_) return;
  EXPECT_THAT(written(), Optional(IsEmpty()));
  write(3);
  write(4);
  write(299);
  EXPECT_THAT(written(), Optional(ElementsAre(page(3, 2), page(299))));
  EXPECT_THAT(written(), Optional(IsEmpty()));
  write(4);
  EXPECT_THAT(written(), Optional(ElementsAre(page(4))));
}

TEST_F(PageProbeTest, LooksOnlyAtTheRange) {
  if (!can_tell_) return;
  write(3);
  write(5);
  const ByteSpan part{memory_ + 3 * page_bytes() + 1, memory_ + 4 * page_bytes() + 1};
  EXPECT_THAT(take_written(*watched_, part), Optional(ElementsAre(page(3))));
  EXPECT_THAT(written(), Optional(ElementsAre(page(5))));
}

TEST_F(PageProbeTest, TellsOfManyPlaces) {
  if (!can_tell_) return;
  for (std::size_t at = 0; at < kPages; at += 2) write(at);
  const auto found = written();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->size(), kPages / 2);
}

TEST_F(PageProbeTest, SeesSystemCalls) {
  if (!can_tell_) return;
  const int zeros = open("/dev/zero", O_RDONLY);
  EXPECT_EQ(read(zeros, memory_ + 7 * page_bytes(), 10), 10);
  close(zeros);
  EXPECT_THAT(written(), Optional(ElementsAre(page(7))));
}

TEST_F(PageProbeTest, ReadsAreNotWrites) {
  if (!can_tell_) return;
  int sum = 0;
  for (std::size_t at = 0; at < kPages; ++at) sum += static_cast<int>(memory_[at * page_bytes()]);
  EXPECT_EQ(sum, static_cast<int>(kPages / 2));
  EXPECT_THAT(written(), Optional(IsEmpty()));
}

TEST_F(PageProbeTest, AChildProcessDoesNotAskForItsParent) {
  if (!can_tell_) return;
  write(1);
  const pid_t child = fork();
  if (child == 0) {
    const bool asked = written().has_value();
    stop_probing(*watched_);
    _exit(asked ? 1 : 0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(written(), Optional(ElementsAre(page(1))));
}

}  // namespace
}  // namespace cow::alsan
