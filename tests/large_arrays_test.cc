#include "cow/core/large_arrays.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <thread>

#include "cow/tests/array_testing.h"

namespace cow {
namespace {

constexpr Index kItemBytes = sizeof(Index);

/// Leaves the process as it was.
class LargeArraysTest : public testing::Test {
 protected:
  ~LargeArraysTest() override { set_large_arrays(LargeArrays::kLazyCopies); }
};

/// Is the page of `address` anything in this process?
bool is_mapped(const void* address) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto number = reinterpret_cast<std::uintptr_t>(address);
  return msync(reinterpret_cast<void*>(number - number % page), page, MS_ASYNC) == 0;
}

TEST_F(LargeArraysTest, SayWhatTheyWereSetTo) {
  EXPECT_EQ(large_array_bytes(), kLargeArrayBytes);
  for (LargeArrays kind : {LargeArrays::kEagerCopies, LargeArrays::kHugePages}) {
    set_large_arrays(kind, 12345);
    EXPECT_EQ(large_arrays(), kind);
    EXPECT_EQ(large_array_bytes(), 12345);
  }
  set_large_arrays(LargeArrays::kLazyCopies);
  EXPECT_EQ(large_array_bytes(), kLargeArrayBytes);
  EXPECT_NE(large_arrays(), LargeArrays::kHugePages);
}

TEST_F(LargeArraysTest, FromSoManyBytesUpCopiesAreLazy) {
  if (large_arrays() != LargeArrays::kLazyCopies) GTEST_SKIP() << "no lazy copies here";
  const Index bytes = 1 << 16;
  set_large_arrays(LargeArrays::kLazyCopies, bytes);
  const Ints large = zeros<Index>({bytes / kItemBytes});
  const Ints small = zeros<Index>({bytes / kItemBytes - 1});
  const Ints copies[] = {large.copy(), small.copy()};
  EXPECT_EQ(large.nbytes_shared(), bytes);
  EXPECT_EQ(copies[0].nbytes_shared(), bytes);
  EXPECT_EQ(small.nbytes_shared(), 0);
  EXPECT_EQ(copies[1].nbytes_shared(), 0);
}

TEST_F(LargeArraysTest, EagerCopiesShareNothing) {
  for (LargeArrays kind : {LargeArrays::kEagerCopies, LargeArrays::kHugePages}) {
    set_large_arrays(kind);
    const Ints a = zeros<Index>({2 * kLargeArrayBytes / kItemBytes});
    const Ints copy = a.copy();
    EXPECT_EQ(a.nbytes_shared(), 0);
    EXPECT_EQ(copy.nbytes_shared(), 0);
  }
}

TEST_F(LargeArraysTest, AreTheSameForAllThreads) {
  std::thread([] { set_large_arrays(LargeArrays::kEagerCopies, 4321); }).join();
  EXPECT_EQ(large_arrays(), LargeArrays::kEagerCopies);
  EXPECT_EQ(large_array_bytes(), 4321);
}

TEST_F(LargeArraysTest, MemoryOfDroppedOnesIsGivenBack) {
  set_large_arrays(LargeArrays::kEagerCopies);
  Ints a = zeros<Index>({2 * kLargeArrayBytes / kItemBytes});
  const void* address = address_of(a);
  EXPECT_TRUE(is_mapped(address));
  a = Ints();
  release_recycled_memory();
  EXPECT_FALSE(is_mapped(address));
}

}  // namespace
}  // namespace cow
