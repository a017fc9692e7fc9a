// Large arrays where the system refuses what lazy copies need: each case in a process of its own,
// which must see the same results.

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "cow/core/copy_stats.h"
#include "cow/core/large_arrays.h"
#include "cow/core/operators.h"
#include "cow/interop/npy.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

constexpr Index kCount = (4 << 20) / sizeof(Index);

/// Whether this system lets arrays be copied lazily, found out by a process that is used for
/// nothing else.
bool copies_lazily_here() {
  static const bool lazily = [] {
    const pid_t child = fork();
    if (child == 0) _exit(large_arrays() == LargeArrays::kLazyCopies ? 0 : 1);
    int status = -1;
    return waitpid(child, &status, 0) == child && status == 0;
  }();
  return lazily;
}

/// Runs `body` in a child process, in which no array was made before.
template <class Body>
void in_child(Body body) {
  copies_lazily_here();
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    body();
    std::fflush(nullptr);
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

/// From now on a system call fails; `command`, if not 0, is the second argument that it must have.
void refuse(long call, std::uint32_t command, int error) {
  constexpr std::uint32_t kNumber = offsetof(seccomp_data, nr);
  constexpr std::uint32_t kSecond = offsetof(seccomp_data, args) + sizeof(std::uint64_t);
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kSecond),
      BPF_JUMP(BPF_JMP | (command == 0 ? BPF_JGE : BPF_JEQ) | BPF_K, command, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  sock_fprog program{std::size(filter), filter};
  ASSERT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

/// Copies, copies of copies, writes of elements, of much and of all, in both modes.
void compute(LargeArrays expected) {
  EXPECT_EQ(large_arrays(), copies_lazily_here() ? expected : LargeArrays::kEagerCopies);
  for (const Mode mode : {Mode::kView, Mode::kCopyOnWrite}) {
    const ScopedMode scope(mode);
    Ints a = numbered({kCount});
    Ints b = a.copy();
    b(7) = -1;
    Ints c = b.copy();
    a[slice(0, 100)] = 5;
    c += 1;
    EXPECT_EQ(a(7), 5);
    EXPECT_EQ(b(7), -1);
    EXPECT_EQ(c(7), 0);
    EXPECT_EQ(b(kCount - 1), kCount - 1);
    EXPECT_EQ(c(kCount - 1), kCount);
    b.fill(3);
    EXPECT_EQ(b.sum(), 3 * kCount);
    EXPECT_EQ(a(kCount - 1), kCount - 1);
    b.reserve_pages();
    EXPECT_EQ(b(0), 3);
  }
}

TEST(LargeArrayLimitsTest, WithAllThatIsNeeded) {
  in_child([] { compute(LargeArrays::kLazyCopies); });
}

TEST(LargeArrayLimitsTest, WithoutMemoryFiles) {
  in_child([] {
    refuse(SYS_memfd_create, 0, ENOSYS);
    compute(LargeArrays::kEagerCopies);
  });
}

TEST(LargeArrayLimitsTest, KernelsThatDoNotScanPages) {
  in_child([] {
    refuse(SYS_ioctl, _IOWR('f', 16, std::uint64_t[12]), ENOTTY);
    compute(LargeArrays::kLazyCopies);
  });
}

TEST(LargeArrayLimitsTest, FilesThatCannotBeSealed) {
  in_child([] {
    refuse(SYS_fcntl, F_ADD_SEALS, EBUSY);
    compute(LargeArrays::kEagerCopies);
  });
  in_child([] {
    static_cast<void>(large_arrays());  // which tries out what is refused next
    refuse(SYS_fcntl, F_ADD_SEALS, EBUSY);
    compute(LargeArrays::kLazyCopies);
    EXPECT_EQ(copy_stats().total.pages_detached, 0);
  });
}

/// No file can be opened from now on. (Not by a limit: UBSan needs descriptors, too.)
void refuse_files() {
  refuse(SYS_memfd_create, 0, EMFILE);
  refuse(SYS_openat, 0, EMFILE);
}

TEST(LargeArrayLimitsTest, WithoutFileDescriptors) {
  in_child([] {
    refuse_files();
    compute(LargeArrays::kEagerCopies);
  });
  in_child([] {  // none left later
    static_cast<void>(large_arrays());
    refuse_files();
    compute(LargeArrays::kLazyCopies);
    EXPECT_EQ(copy_stats().total.pages_detached, 0);
  });
}

TEST(LargeArrayLimitsTest, HalfOfTheDescriptorsAreThePrograms) {
  in_child([] {
    rlimit limit{.rlim_cur = 64, .rlim_max = 64};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    std::vector<Ints> arrays;
    for (int i = 0; i < 100; ++i) arrays.push_back(numbered({kCount / 4}));
    const int file = open("/dev/null", O_RDONLY);
    EXPECT_GE(file, 0);
    for (const Ints& a : arrays) {
      Ints b = a.copy();
      b(1) = 7;
      EXPECT_EQ(a(1), 1);
    }
  });
}

TEST(LargeArrayLimitsTest, AForkedProcessHasArraysOfItsOwn) {
  for (const bool copied : {false, true}) {
    in_child([copied] {
      Ints a = numbered({kCount});
      Ints b = copied ? a.copy() : numbered({kCount});
      b(2) = 20;
      { const Ints dropped = numbered({kCount}); }  // is kept for new arrays
      int gate[2];
      ASSERT_EQ(pipe(gate), 0);
      const pid_t child = fork();
      if (child == 0) {
        char byte;
        if (read(gate[0], &byte, 1) != 1) _exit(1);  // the parent has written
        const bool right = a(0) == 0 && b(2) == 20 && b(3) == 3;
        a(0) = 100;
        b.fill(200);
        Ints c = a.copy();
        const Ints fresh = numbered({kCount});
        c(1) = 300;
        _exit(right && a(0) == 100 && a(1) == 1 && b.sum() == 200 * kCount && c(1) == 300 &&
                      fresh(5) == 5
                  ? 0
                  : 1);
      }
      a(0) = -1;
      b(3) = -3;
      Ints c = a.copy();
      Ints fresh = numbered({kCount});
      fresh.fill(9);
      c(1) = -2;
      ASSERT_EQ(write(gate[1], "x", 1), 1);
      int status = -1;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      EXPECT_EQ(status, 0);
      EXPECT_EQ(a(0), -1);
      EXPECT_EQ(a(1), 1);
      EXPECT_EQ(b(2), 20);
      EXPECT_EQ(b(3), -3);
      EXPECT_EQ(c(1), -2);
      EXPECT_EQ(fresh.sum(), 9 * kCount);
    });
  }
}

TEST(LargeArrayLimitsTest, AForkWhileAnotherThreadCopies) {
  in_child([] {
    const Ints a = numbered({kCount / 4});
    std::atomic<bool> done{false};
    std::thread other([&] {
      while (!done) {
        Ints b = a.copy();
        b(1) = 5;
        Ints c = numbered({kCount / 4});
      }
    });
    for (int i = 0; i < 50; ++i) {
      const pid_t child = fork();
      if (child == 0) _exit(a(kCount / 4 - 1) == kCount / 4 - 1 ? 0 : 1);
      int status = -1;
      ASSERT_EQ(waitpid(child, &status, 0), child);
      EXPECT_EQ(status, 0);
    }
    done = true;
    other.join();
    EXPECT_EQ(a(1), 1);
  });
}

TEST(LargeArrayLimitsTest, BorrowedAndReadOnlyMemoryIsCopiedAtOnce) {
  in_child([] {
    std::vector<Index> foreign(kCount, 3);
    const Index* const constant = foreign.data();
    for (const Mode mode : {Mode::kView, Mode::kCopyOnWrite}) {
      const ScopedMode scope(mode);
      Ints a = borrow(foreign.data(), Layout::c_order({kCount}, sizeof(Index)));
      Ints b = a.copy();
      foreign[5] = 4;
      EXPECT_EQ(a(5), 4);
      EXPECT_EQ(b(5), 3);
      foreign[5] = 3;
      const Ints c = borrow(constant, Layout::c_order({kCount}, sizeof(Index)));
      Ints d = c.copy();
      d(1) = 7;
      EXPECT_EQ(foreign[1], 3);
      Ints e = d;
      e.set_writeable(false);
      Ints f = e.copy();
      f(1) = 8;
      EXPECT_EQ(d(1), 7);
      EXPECT_THROW(e.reserve_pages(), ReadOnlyError);
    }
  });
}

TEST(LargeArrayLimitsTest, MappedFilesAreCopiedAtOnce) {
  in_child([] {
    const std::string path = testing::TempDir() + "/mapped.npy";
    ASSERT_TRUE(save_npy(path, numbered({kCount})).ok());
    for (const Mmap mmap : {Mmap::kReadOnly, Mmap::kCopyOnWrite}) {
      const Ints a = *load_npy<Index>(path, mmap);
      Ints b = a.copy();
      b(3) = 33;
      EXPECT_EQ(a(3), 3);
      EXPECT_EQ(b(4), 4);
      EXPECT_EQ(a.nbytes_shared(), 0);
    }
    std::remove(path.c_str());
  });
}

}  // namespace
}  // namespace cow
