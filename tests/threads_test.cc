// Arrays of distinct values, used by several threads at once. To be run under TSan.

#include <mutex>
#include <thread>
#include <utility>

#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

/// A slot a thread, through which they hand each other arrays.
class Mailboxes {
 public:
  explicit Mailboxes(int count) : slots_(static_cast<std::size_t>(count)) {}

  void put(int slot, Ints a) {
    const std::lock_guard lock(mutex_);
    std::swap(slots_[static_cast<std::size_t>(slot)], a);
  }
  Ints take(int slot) {
    const std::lock_guard lock(mutex_);
    return std::exchange(slots_[static_cast<std::size_t>(slot)], Ints());
  }

 private:
  std::mutex mutex_;
  std::vector<Ints> slots_;
};

constexpr int kThreads = 5;
constexpr int kRounds = 3000;
constexpr Index kLength = 8;

/// Copies, views, writes and drops values that share memory with those of the other threads.
void play_copy_on_write(int self, Ints mine, Mailboxes& boxes) {
  const auto expect_own = [&](const Ints& a, Index value) {
    for (Index i = 0; i < kLength; ++i) ASSERT_EQ(a(i), value);
  };
  mine.fill(self);
  for (int round = 0; round < kRounds; ++round) {
    Ints copy = mine;
    Ints view = mine[slice(2, 5)];
    const Index value = self + kThreads * round;
    switch (round % 5) {
      case 0:
        mine.fill(value);
        break;
      case 1:
        mine[slice(none)] = value;
        break;
      case 2: {
        Ints r = mine.ref();
        r[slice(0, 4)] = value;
        mine[slice(4, none)] = value;
        break;
      }
      case 3: {
        const Span<const Index, 1> before = mine.span<1>();
        const Index old = before(0);
        for (Index i = 0; i < kLength; ++i) mine(i) = value;
        ASSERT_EQ(before(kLength - 1), old);
        break;
      }
      case 4: {
        const Span<Index, 1> elements = mine.mutable_span<1>();
        for (Index i = 0; i < kLength; ++i) elements(i) = value;
        break;
      }
    }
    expect_own(mine, value);
    view += 1;
    ASSERT_EQ(view(0), copy(2) + 1);
    boxes.put(self, round % 2 == 0 ? std::move(copy) : mine);
    Ints theirs = boxes.take(round % kThreads);
    if (theirs.size() == 0) continue;
    const Index seen = theirs(0);
    expect_own(theirs, seen);
    theirs[slice(0, 2)] = -1;
    ASSERT_EQ(theirs(2), seen);
    if (round % 7 == 0) {
      mine = theirs;
      mine.fill(value);
    }
  }
}

TEST(ThreadsTest, ValuesThatShareMemoryInCopyOnWriteMode) {
  const ScopedMode mode(Mode::kCopyOnWrite);
  Ints shared = zeros<Index>({kLength});
  Mailboxes boxes(kThreads);
  std::vector<std::thread> threads;
  for (int self = 1; self < kThreads; ++self) {
    threads.emplace_back(
        [self, &boxes](Ints mine) { play_copy_on_write(self, std::move(mine), boxes); }, shared);
  }
  play_copy_on_write(0, std::move(shared), boxes);
  for (std::thread& thread : threads) thread.join();
}

TEST(ThreadsTest, ReadCopiedAndDroppedInViewMode) {
  const Ints shared = numbered({kLength});
  const auto play = [](Ints mine) {
    for (int round = 0; round < kRounds; ++round) {
      Ints view = mine[slice(1, 4)];
      const Ints copy = view;
      ASSERT_EQ(copy.sum() + mine.ref().max(), 6 + 7);
      view = std::as_const(mine)[slice(none, none, -1)];
      ASSERT_EQ(view(0), kLength - 1);
      mine = round % 2 == 0 ? mine : mine[all];
    }
  };
  std::vector<std::thread> threads;
  for (int self = 0; self < kThreads; ++self) threads.emplace_back(play, shared);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace cow
