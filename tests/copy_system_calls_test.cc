// The calls by which large arrays share pages pass through here and are counted: arrays below the
// threshold make none of them. The allocator's own, which are inside of the C library, do not.

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "cow/core/large_arrays.h"
#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"

namespace {

constinit std::atomic<int> calls{0};

}  // namespace

extern "C" {

void* mmap(void* address, std::size_t size, int access, int flags, int file,
           off_t offset) noexcept {
  ++calls;
  return reinterpret_cast<void*>(syscall(SYS_mmap, address, size, access, flags, file, offset));
}

int munmap(void* address, std::size_t size) noexcept {
  ++calls;
  return static_cast<int>(syscall(SYS_munmap, address, size));
}

int madvise(void* address, std::size_t size, int advice) noexcept {
  ++calls;
  return static_cast<int>(syscall(SYS_madvise, address, size, advice));
}

int memfd_create(const char* name, unsigned flags) noexcept {
  ++calls;
  return static_cast<int>(syscall(SYS_memfd_create, name, flags));
}

}  // extern "C"

namespace cow {
namespace {

/// Calls of making an array of so many bytes, copying it, and writing both.
int calls_of_copies(Index bytes) {
  const int before = calls;
  for (int round = 0; round < 20; ++round) {
    Ints a = zeros<Index>({bytes / Index{sizeof(Index)}});
    Ints b = a.copy(), c = a;
    a(0) = 1;
    b[slice(none, none, 2)] = 2;
    c.fill(3);
    a = b.copy();
    EXPECT_EQ(a(0) + b(1) + c(1), 5);
  }
  return calls - before;
}

class CopySystemCallsTest : public testing::TestWithParam<Mode> {
 protected:
  const ScopedMode mode_{GetParam()};
};

TEST_P(CopySystemCallsTest, SmallArraysMakeNone) {
  const Index below = large_array_bytes() - Index{sizeof(Index)};
  for (const Index bytes : {Index{64}, Index{4096}, Index{1 << 18}, below}) {
    EXPECT_EQ(calls_of_copies(bytes), 0) << bytes;
  }
}

TEST_P(CopySystemCallsTest, LargeArraysAreSeenHere) {
  EXPECT_GT(calls_of_copies(large_array_bytes()), 0);
}

INSTANTIATE_TEST_SUITE_P(Modes, CopySystemCallsTest,
                         testing::Values(Mode::kView, Mode::kCopyOnWrite));

}  // namespace
}  // namespace cow
