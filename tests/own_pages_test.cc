#include "cow/core/own_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <random>

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

}  // namespace
}  // namespace cow::internal
