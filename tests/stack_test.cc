#include "cow/diagnostics/stack.h"

#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Pcs = std::vector<std::uintptr_t>;

// Keeps the compiler from turning the call before it into a jump.
void no_tail_call() { asm volatile("" ::: "memory"); }

Pcs captured(int depth) {
  Pcs pcs(depth);
  pcs.resize(capture_stack(absl::MakeSpan(pcs)));
  return pcs;
}

__attribute__((noinline)) Pcs captured_below(int calls) {
  Pcs pcs = calls == 0 ? captured(kMaxStackDepth) : captured_below(calls - 1);
  no_tail_call();
  return pcs;
}

TEST(StackTest, EmptySpanHoldsNothing) { EXPECT_EQ(capture_stack({}), 0); }

TEST(StackTest, DepthIsRespected) {
  EXPECT_EQ(captured(1).size(), 1u);
  EXPECT_EQ(captured(2).size(), 2u);
}

TEST(StackTest, RecursionRepeatsItsReturnAddress) {
  const Pcs shallow = captured_below(2);
  const Pcs deep = captured_below(12);
  ASSERT_EQ(deep.size(), std::min<std::size_t>(shallow.size() + 10, kMaxStackDepth));
  EXPECT_THAT(std::vector(deep.begin() + 3, deep.begin() + 13), Each(deep[2]));
}

// The unwinder of the C library does not need frame pointers.
__attribute__((noinline)) void compare_with_unwinder() {
  Pcs walked(kMaxStackDepth);
  walked.resize(capture_stack(absl::MakeSpan(walked)));
  void* expected[kMaxStackDepth];
  const int count = backtrace(expected, kMaxStackDepth);
  // The frames in between are where the two were called, which differs. GoogleTest's own need not
  // have frame pointers: the test's two callers are compared.
  ASSERT_GE(walked.size(), 3u);
  int own = 0;
  while (own < count && reinterpret_cast<std::uintptr_t>(expected[own]) != walked[1]) ++own;
  ASSERT_LT(own + 1, count) << "the caller is not in the unwinder's stack";
  EXPECT_EQ(walked[2], reinterpret_cast<std::uintptr_t>(expected[own + 1]));
}

__attribute__((noinline)) void call_compare_with_unwinder() {
  compare_with_unwinder();
  no_tail_call();
}

TEST(StackTest, AgreesWithTheUnwinder) {
  call_compare_with_unwinder();
  no_tail_call();
}

TEST(StackTest, WorksInThreads) {
  Pcs pcs;
  std::thread([&pcs] { pcs = captured_below(5); }).join();
  EXPECT_GE(pcs.size(), 6u);
}

volatile int signal_count = 0;

// Deep enough for a walk to go on, if it did; a signal handler must not allocate.
__attribute__((noinline)) void capture_in_signal(int calls) {
  std::uintptr_t pcs[kMaxStackDepth];
  if (calls == 0) {
    signal_count = capture_stack(absl::MakeSpan(pcs));
  } else {
    capture_in_signal(calls - 1);
  }
  no_tail_call();
}

TEST(StackTest, IsShortOnAForeignStack) {
  const std::size_t size_bytes = 1 << 18;
  const auto memory = std::make_unique<char[]>(size_bytes);
  stack_t old_stack;
  stack_t stack = {};
  stack.ss_sp = memory.get();
  stack.ss_size = size_bytes;
  ASSERT_EQ(sigaltstack(&stack, &old_stack), 0);
  struct sigaction old_action;
  struct sigaction action = {};
  action.sa_handler = [](int) { capture_in_signal(5); };
  action.sa_flags = SA_ONSTACK;
  ASSERT_EQ(sigaction(SIGUSR1, &action, &old_action), 0);
  ASSERT_EQ(raise(SIGUSR1), 0);
  EXPECT_EQ(signal_count, 1);
  sigaction(SIGUSR1, &old_action, nullptr);
  sigaltstack(&old_stack, nullptr);
}

#if defined(__x86_64__)

// Calls `function(argument)` as a caller would that keeps `frame` in the frame pointer register.
extern "C" void call_with_frame_pointer(std::uintptr_t frame, void (*function)(void*),
                                        void* argument);
asm(R"(
  .text
  .type call_with_frame_pointer, @function
call_with_frame_pointer:
  push %rbp
  mov %rdi, %rbp
  mov %rdx, %rdi
  call *%rsi
  pop %rbp
  ret
)");

TEST(StackTest, AnyFramePointerIsSafe) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_getattr_np(pthread_self(), &attributes), 0);
  void* lowest = nullptr;
  std::size_t size_bytes = 0;
  ASSERT_EQ(pthread_attr_getstack(&attributes, &lowest, &size_bytes), 0);
  pthread_attr_destroy(&attributes);
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(lowest) + size_bytes;
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const auto heap = std::make_unique<std::uintptr_t[]>(4);
  heap[0] = reinterpret_cast<std::uintptr_t>(heap.get() + 2);

  std::vector<std::uintptr_t> frames = {0,
                                        1,
                                        8,
                                        ~std::uintptr_t{0},
                                        ~std::uintptr_t{7},
                                        std::uintptr_t{1} << 63,
                                        reinterpret_cast<std::uintptr_t>(heap.get()),
                                        reinterpret_cast<std::uintptr_t>(lowest),
                                        end,
                                        end - 1,
                                        end - 8,
                                        end - 16,
                                        end - 24,
                                        end + 4096};
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) frames.push_back(here + random() % (end - here));
  for (int i = 0; i < 1'000; ++i) frames.push_back(random());
  for (const std::uintptr_t frame : frames) {
    Pcs pcs;
    call_with_frame_pointer(
        frame,
        [](void* out) {
          *static_cast<Pcs*>(out) = captured_below(0);
          no_tail_call();
        },
        &pcs);
    ASSERT_GE(pcs.size(), 1u);
    for (const std::uintptr_t pc : pcs) ASSERT_GE(pc, 4096u);
  }
}

#endif

TEST(StackDepotTest, EqualStacksHaveOneId) {
  StackDepot depot(16);
  const StackId a = depot.intern({1, 2, 3});
  const StackId b = depot.intern({1, 2});
  EXPECT_NE(a, 0u);
  EXPECT_NE(a, b);
  EXPECT_EQ(depot.intern({1, 2, 3}), a);
  EXPECT_EQ(depot.intern({1, 2}), b);
  EXPECT_EQ(depot.size(), 2u);
  EXPECT_THAT(depot.get(a), ElementsAre(1, 2, 3));
  EXPECT_THAT(depot.get(b), ElementsAre(1, 2));
}

TEST(StackDepotTest, UnknownIdsAreEmpty) {
  StackDepot depot(16);
  EXPECT_EQ(depot.intern({}), 0u);
  EXPECT_THAT(depot.get(0), IsEmpty());
  EXPECT_THAT(depot.get(1), IsEmpty());
  EXPECT_EQ(depot.size(), 0u);
}

TEST(StackDepotTest, KeepsManyStacks) {
  StackDepot depot(16);
  std::vector<StackId> ids;
  for (std::uintptr_t i = 0; i < 10'000; ++i) ids.push_back(depot.intern({i, i / 2, i / 3}));
  EXPECT_EQ(depot.size(), 10'000u);
  for (std::uintptr_t i = 0; i < 10'000; ++i) {
    ASSERT_THAT(depot.get(ids[i]), ElementsAre(i, i / 2, i / 3));
    ASSERT_EQ(depot.intern({i, i / 2, i / 3}), ids[i]);
  }
}

struct Captured {
  StackId id;
  std::uintptr_t return_address;
};

__attribute__((noinline)) Captured capture_in(StackDepot& depot) {
  return {depot.capture(), reinterpret_cast<std::uintptr_t>(__builtin_return_address(0))};
}

TEST(StackDepotTest, CaptureStartsInItsCaller) {
  StackDepot depot(2);
  const Captured here = capture_in(depot);
  const Pcs stack = depot.get(here.id);
  ASSERT_EQ(stack.size(), 2u);
  EXPECT_EQ(stack[1], here.return_address);
}

TEST(StackDepotTest, DepthIsClamped) {
  StackDepot none(-5);
  EXPECT_EQ(none.get(none.capture()).size(), 1u);
  StackDepot huge(1 << 30);
  EXPECT_LE(huge.get(huge.capture()).size(), static_cast<std::size_t>(kMaxStackDepth));
}

TEST(StackDepotTest, CaptureTellsSitesApart) {
  StackDepot depot(8);
  std::vector<StackId> same;
  // Not to be unrolled.
  volatile int rounds = 3;
  while (rounds > 0) {
    same.push_back(depot.capture());
    rounds = rounds - 1;
  }
  EXPECT_THAT(same, Each(same[0]));
  EXPECT_NE(depot.capture(), same[0]);
}

TEST(StackDepotTest, ThreadsShareIds) {
  StackDepot depot(8);
  std::array<std::vector<StackId>, 4> ids;
  std::vector<std::thread> threads;
  for (std::vector<StackId>& mine : ids) {
    threads.emplace_back([&depot, &mine] {
      for (std::uintptr_t i = 0; i < 2'000; ++i) {
        mine.push_back(depot.intern({i % 500 + 1, 7}));
        depot.get(mine.back());
        depot.capture();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<StackId>& mine : ids) EXPECT_EQ(mine, ids[0]);
}

}  // namespace
}  // namespace cow::alsan
