#include "cow/core/own_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "cow/core/page_file.h"
#include "gtest/gtest.h"

namespace cow::internal {
namespace {

const std::size_t kPage = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));

/// Both ways to ask, of mappings in which some pages were read and some written.
TEST(OwnPagesTest, AreThoseThatWereWritten) {
  constexpr std::size_t kPages = 3000;  // more than are asked for at once
  const std::shared_ptr<PageFile> file = PageFile::make(kPages * kPage);
  std::mt19937_64 random(5);
  for (const std::uint64_t one_in : {2u, 10u, 1000u}) {
    void* const data =
        mmap(nullptr, kPages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, file->descriptor(), 0);
    ASSERT_NE(data, MAP_FAILED);
    auto* const begin = static_cast<volatile std::byte*>(data);
    std::vector<bool> written(kPages);
    for (std::size_t page = 0; page < kPages; ++page) {
      if (random() % 3 == 0) static_cast<void>(begin[page * kPage]);
      written[page] = random() % one_in == 0;
      if (written[page]) begin[page * kPage + random() % kPage] = std::byte{1};
    }
    for (const auto find : {find_own_pages, read_own_pages}) {
      std::vector<PageRun> runs{{nullptr, 1}};
      ASSERT_TRUE(find(static_cast<std::byte*>(data), kPages * kPage, &runs));
      std::vector<bool> found(kPages);
      const std::byte* end = nullptr;
      for (const PageRun& run : runs) {
        EXPECT_GT(run.begin, end);  // ascending, and not side by side
        end = run.begin + run.size;
        for (std::byte* at = run.begin; at < end; at += kPage) {
          found[static_cast<std::size_t>(at - static_cast<std::byte*>(data)) / kPage] = true;
        }
      }
      EXPECT_EQ(found, written);
      EXPECT_EQ(bytes_of(runs),
                kPage * static_cast<std::size_t>(std::count(written.begin(), written.end(), true)));
    }
    munmap(data, kPages * kPage);
  }
}

/// Two pages of a file, mapped privately, and not written yet.
class TwoPages {
 public:
  TwoPages() : file_(PageFile::make(2 * kPage)) {
    void* const data =
        mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, file_->descriptor(), 0);
    if (data == MAP_FAILED) std::abort();
    data_ = static_cast<std::byte*>(data);
  }
  ~TwoPages() { munmap(data_, 2 * kPage); }

  void write(int page) { static_cast<volatile std::byte&>(data_[page * kPage]) = std::byte{1}; }
  /// A bit for each of its own; -1 if the system does not tell.
  int own() const {
    std::vector<PageRun> runs;
    if (!find_own_pages(data_, 2 * kPage, &runs)) return -1;
    int bits = 0;
    for (const PageRun& run : runs) {
      if (run.begin == data_) bits |= 1;
      if (run.begin + run.size == data_ + 2 * kPage) bits |= 2;
    }
    return bits;
  }

 private:
  std::shared_ptr<PageFile> file_;
  std::byte* data_;
};

TEST(OwnPagesTest, AfterAForkAreOfEachProcessItsOwn) {
  TwoPages pages;
  EXPECT_EQ(pages.own(), 0);
  int to_child[2];
  ASSERT_EQ(pipe(to_child), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    char byte;
    if (read(to_child[0], &byte, 1) != 1) _exit(100);
    pages.write(0);
    _exit(pages.own());
  }
  pages.write(1);
  EXPECT_EQ(pages.own(), 2);
  ASSERT_EQ(write(to_child[1], "x", 1), 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
  close(to_child[0]);
  close(to_child[1]);
}

/// As a daemon does that closes whatever it inherited.
TEST(OwnPagesTest, AreFoundAfterAllDescriptorsWereClosed) {
  TwoPages pages;
  pages.write(1);
  EXPECT_EQ(pages.own(), 2);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (pages.own() != 2) _exit(1);
    const int end = dup(0);
    for (int number = 3; number <= end; ++number) close(number);
    for (int number = 3; number <= end; ++number) {
      if (open("/dev/zero", O_RDWR) < 0) _exit(2);
    }
    _exit(pages.own() == 2 ? 0 : 3);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace cow::internal
