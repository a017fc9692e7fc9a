#include "cow/core/block_pool.h"

#include <cstdint>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "cow/core/node_memory.h"
#include "gtest/gtest.h"

namespace cow::internal {
namespace {

struct Block {
  std::byte* data;
  std::size_t bytes;
  int mark;
};

bool holds_its_mark(const Block& block) {
  for (std::size_t i = 0; i < block.bytes; ++i) {
    if (block.data[i] != static_cast<std::byte>(block.mark)) return false;
  }
  return true;
}

/// Blocks of all sizes, those of others among them, never overlap.
void take_and_give(std::uint64_t seed, std::vector<Block> blocks) {
  std::mt19937_64 random(seed);
  for (int step = 0; step < 3000; ++step) {
    if (blocks.empty() || random() % 2 == 0) {
      const std::size_t bytes = random() >> (44 + random() % 20);
      const Block block{take_block(bytes), bytes, static_cast<int>(random() % 256)};
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(block.data) % kBlockAlignment, 0u);
      std::memset(block.data, block.mark, bytes);
      blocks.push_back(block);
    } else {
      std::swap(blocks[random() % blocks.size()], blocks.back());
      ASSERT_TRUE(holds_its_mark(blocks.back()));
      give_block(blocks.back().data, blocks.back().bytes);
      blocks.pop_back();
    }
  }
  for (const Block& block : blocks) give_block(block.data, block.bytes);
}

TEST(BlockPoolTest, BlocksAreApart) { take_and_give(1, {}); }

TEST(BlockPoolTest, AnotherThreadMayFreeThem) {
  std::vector<Block> blocks;
  for (std::size_t bytes = 0; bytes < 5000; bytes += 7) {
    blocks.push_back({take_block(bytes), bytes, 3});
    std::memset(blocks.back().data, 3, bytes);
  }
  std::thread other(take_and_give, 2, std::move(blocks));
  take_and_give(3, {});
  other.join();
}

TEST(BlockPoolTest, AFreedBlockIsTakenAgain) {
  for (const std::size_t bytes : {std::size_t{1}, std::size_t{64}, std::size_t{1000},
                                  std::size_t{4097}, std::size_t{1} << 20}) {
    std::byte* const block = take_block(bytes);
    give_block(block, bytes);
    if (!reuses_node_memory()) continue;
    EXPECT_EQ(take_block(bytes), block) << bytes;
    give_block(block, bytes);
  }
  free_kept_blocks();
}

/// Freed after the thread's own variables are gone.
struct DiesLate {
  std::byte* block = take_block(100);
  ~DiesLate() { give_block(block, 100); }
};

TEST(BlockPoolTest, BlocksMayOutliveTheThreadsVariables) {
  std::thread([] {
    thread_local DiesLate late;
    std::memset(late.block, 1, 100);
    give_block(take_block(200), 200);  // now the pool's own variable dies before `late`
  }).join();
}

}  // namespace
}  // namespace cow::internal
