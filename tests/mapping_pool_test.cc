#include "cow/core/mapping_pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace cow::internal {
namespace {

const std::size_t kPage = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));

Mapping mapping(std::size_t pages, bool with_file) {
  Mapping made{nullptr, pages * kPage, with_file ? PageFile::make(pages * kPage) : nullptr};
  const int flags = with_file ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
  void* const data = mmap(nullptr, made.bytes, PROT_READ | PROT_WRITE, flags,
                          with_file ? made.file->descriptor() : -1, 0);
  EXPECT_NE(data, MAP_FAILED);
  made.data = static_cast<std::byte*>(data);
  return made;
}

bool is_mapped(const std::byte* page) {
  unsigned char in_memory;
  return mincore(const_cast<std::byte*>(page), kPage, &in_memory) == 0;
}

TEST(MappingPoolTest, TakesTheOneThatFitsBest) {
  MappingPool pool;
  const Mapping large = mapping(120, false), small = mapping(100, false), file = mapping(100, true);
  for (const Mapping& each : {small, large, file}) pool.give(each);
  EXPECT_FALSE(pool.take(121 * kPage, false));
  EXPECT_FALSE(pool.take(50 * kPage, false));  // it would waste half
  EXPECT_EQ(pool.take(100 * kPage, false)->data, small.data);
  EXPECT_EQ(pool.take(100 * kPage, false)->data, large.data);
  EXPECT_FALSE(pool.take(100 * kPage, false));
  EXPECT_EQ(pool.take(100 * kPage, true)->data, file.data);
  for (const Mapping& each : {small, large, file}) each.unmap();
}

TEST(MappingPoolTest, KeepsAtMostAnEighthOfTheMemory) {
  MappingPool pool;
  const std::size_t memory_pages = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES));
  const Mapping first = mapping(memory_pages / 12, false),
                second = mapping(memory_pages / 12, false);
  pool.give(first);
  pool.give(second);
  EXPECT_FALSE(is_mapped(first.data));
  EXPECT_TRUE(is_mapped(second.data));
  const Mapping huge = mapping(memory_pages / 7, false);
  pool.give(huge);
  EXPECT_FALSE(is_mapped(huge.data));
  EXPECT_TRUE(is_mapped(second.data));
  pool.clear();
  EXPECT_FALSE(is_mapped(second.data));
}

TEST(MappingPoolTest, AChildProcessHasNoFiles) {
  MappingPool pool;
  const Mapping file = mapping(2, true), plain = mapping(2, false);
  pool.give(file);
  pool.give(plain);
  pool.after_fork_in_child();
  EXPECT_FALSE(pool.take(file.bytes, true));
  EXPECT_EQ(pool.take(plain.bytes, false)->data, plain.data);
  file.unmap();
  plain.unmap();
}

}  // namespace
}  // namespace cow::internal
