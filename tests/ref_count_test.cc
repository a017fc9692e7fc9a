#include "cow/core/ref_count.h"

#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace cow::internal {
namespace {

TEST(RefCountTest, TheLastOneIsTold) {
  RefCount count(1);
  count.increment();
  EXPECT_EQ(count.count(), 2);
  EXPECT_FALSE(count.decrement());
  EXPECT_EQ(count.count(), 1);
  EXPECT_TRUE(count.decrement());
}

TEST(RefCountTest, ThreadsLoseNoCount) {
  constexpr int kThreads = 4, kRounds = 20000;
  RefCount count(1);
  std::vector<std::thread> threads;
  std::atomic<int> told{0};
  int written = 0;  // by each thread before it gives up its count: TSan sees a missing order
  std::vector<int> last(kThreads, 0);
  for (int self = 0; self < kThreads; ++self) {
    count.increment();
    threads.emplace_back([&, self] {
      for (int i = 0; i < kRounds; ++i) {
        count.increment();
        if (count.decrement()) ++told;
      }
      last[static_cast<std::size_t>(self)] = 1;
      if (count.decrement()) ++told;
    });
  }
  while (count.count() > 1) std::this_thread::yield();
  for (int value : last) written += value;  // before the threads are joined
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(written, kThreads);
  EXPECT_EQ(told, 0);
  EXPECT_TRUE(count.decrement());
}

}  // namespace
}  // namespace cow::internal
