// Large arrays in a process that may not have more memory: errors come before anything has changed.
// Not for sanitizers, which need address space of their own.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "cow/core/large_arrays.h"
#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

constexpr Index kCount = (64 << 20) / sizeof(Index);

rlim_t address_space_bytes() {
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  statm >> pages;
  return pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

class LargeArrayMemoryTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, LargeArrayMemoryTest, both_modes(), mode_name);

TEST_P(LargeArrayMemoryTest, NoMemory) {
  for (const LargeArrays kind : {LargeArrays::kLazyCopies, LargeArrays::kEagerCopies}) {
    set_large_arrays(kind);
    release_recycled_memory();
    Ints a = numbered({kCount});
    Ints b = a.copy();
    const Ints shared = b;  // in copy-on-write mode a write of `b` needs memory
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
    rlimit limit = before;
    limit.rlim_cur = address_space_bytes() + (16 << 20);
    ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
    EXPECT_THROW(a[slice(none, none, 2)].copy(), std::bad_alloc);
    EXPECT_THROW(a.astype<double>(), std::bad_alloc);
    EXPECT_THROW(a + a, std::bad_alloc);
    const void* const place = address_of(b);
    if (!copies_on_write()) {
      EXPECT_THROW(a.copy(), std::bad_alloc);
    } else {
      EXPECT_THROW(b += 1, std::bad_alloc);
      EXPECT_THROW(b.fill(1), std::bad_alloc);
      EXPECT_THROW(b(0) = 1, std::bad_alloc);
      EXPECT_THROW(b.reserve_pages(), std::bad_alloc);
      EXPECT_EQ(address_of(b), place);
      EXPECT_EQ(b(kCount - 1), kCount - 1);
    }
    ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
    b += 1;
    EXPECT_EQ(b(kCount - 1), kCount);
    EXPECT_EQ(a(kCount - 1), kCount - 1);
    EXPECT_EQ(shared(0), copies_on_write() ? 0 : 1);
  }
  set_large_arrays(LargeArrays::kLazyCopies);
}

/// What is kept for new arrays is given up before memory is said to lack.
TEST(KeptMemoryTest, IsGivenUpBeforeMemoryLacks) {
  release_recycled_memory();
  { const Ints dropped = numbered({kCount}); }
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  rlimit limit = before;
  limit.rlim_cur = address_space_bytes() + (16 << 20);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
  Ints a = empty<Index>({kCount + kCount / 16});
  a(0) = 1;
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
}

}  // namespace
}  // namespace cow
