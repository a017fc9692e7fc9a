#include "cow/core/page_file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace cow::internal {
namespace {

TEST(PageFileTest, ASealedFileCannotBeWritten) {
  const std::shared_ptr<PageFile> file = PageFile::make(4096);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(lseek(file->descriptor(), 0, SEEK_END), 4096);
  void* const shared =
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file->descriptor(), 0);
  ASSERT_NE(shared, MAP_FAILED);
  EXPECT_FALSE(file->seal());  // while somebody could
  munmap(shared, 4096);
  EXPECT_TRUE(file->seal());
  EXPECT_EQ(pwrite(file->descriptor(), "x", 1, 0), -1);
  EXPECT_NE(ftruncate(file->descriptor(), 1), 0);
  EXPECT_EQ(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file->descriptor(), 0),
            MAP_FAILED);
}

/// A timer that rings all the time must not keep it from coming to an end.
TEST(PageFileTest, TakesPagesInSpiteOfSignals) {
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  struct sigaction action {};
  action.sa_handler = [](int) {};
  ASSERT_EQ(sigaction(SIGALRM, &action, nullptr), 0);
  const itimerval often{{0, 300}, {0, 300}}, never{};
  ASSERT_EQ(setitimer(ITIMER_REAL, &often, nullptr), 0);
  const std::shared_ptr<PageFile> file = PageFile::make(kBytes);
  EXPECT_TRUE(file->take_pages(kBytes));
  ASSERT_EQ(setitimer(ITIMER_REAL, &never, nullptr), 0);
  EXPECT_EQ(lseek(file->descriptor(), 0, SEEK_END), static_cast<off_t>(kBytes));
}

TEST(PageFileTest, TakesAllPages) {
  const std::shared_ptr<PageFile> file = PageFile::make(std::size_t{20} << 20);
  EXPECT_TRUE(file->take_pages(std::size_t{20} << 20));
  struct stat status {};
  ASSERT_EQ(fstat(file->descriptor(), &status), 0);
  EXPECT_EQ(status.st_blocks * 512, 20 << 20);
}

TEST(PageFileTest, IsClosedWithTheLastOwner) {
  std::shared_ptr<PageFile> file = PageFile::make(1);
  const int descriptor = file->descriptor();
  EXPECT_NE(fcntl(descriptor, F_GETFD) & FD_CLOEXEC, 0);
  file.reset();
  EXPECT_EQ(fcntl(descriptor, F_GETFD), -1);
}

}  // namespace
}  // namespace cow::internal
