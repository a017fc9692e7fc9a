#include "cow/core/page_file.h"

#include <fcntl.h>
#include <sys/mman.h>
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

TEST(PageFileTest, IsClosedWithTheLastOwner) {
  std::shared_ptr<PageFile> file = PageFile::make(1);
  const int descriptor = file->descriptor();
  EXPECT_NE(fcntl(descriptor, F_GETFD) & FD_CLOEXEC, 0);
  file.reset();
  EXPECT_EQ(fcntl(descriptor, F_GETFD), -1);
}

}  // namespace
}  // namespace cow::internal
