#include "cow/core/buffer.h"

#include <cstring>

#include "gtest/gtest.h"

namespace cow::internal {
namespace {

TEST(BufferTest, ANewBlock) {
  const Layout root = Layout::c_order({3}, 8);
  Buffer* buffer = make_buffer(DType::kFloat64, Mode::kCopyOnWrite, false, 24, root);
  EXPECT_EQ(buffer->itemsize(), 8);
  EXPECT_EQ(buffer->sharers.count(), 1);
  EXPECT_EQ(buffer->write_leases, 0);
  EXPECT_EQ(buffer->at(0), buffer->memory);
  EXPECT_EQ(buffer->at(16) - buffer->memory, 16);
  EXPECT_EQ(buffer->extent().begin, 0);
  EXPECT_EQ(buffer->extent().end, 24);
  EXPECT_EQ(buffer->root, root);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer->memory) % 64, 0u);
  std::memset(buffer->memory, 1, 24);
  unpin(buffer);
}

TEST(BufferTest, EachBlockIsASpaceOfItsOwn) {
  Buffer* first = make_buffer(DType::kInt8, Mode::kView, false, 1, Layout());
  Buffer* second = make_buffer(DType::kInt8, Mode::kView, false, 1, Layout());
  EXPECT_NE(first->space, second->space);
  unpin(first);
  unpin(second);
}

TEST(BufferTest, EmptyBlocksHaveAddressesOfTheirOwn) {
  Buffer* first = make_buffer(DType::kInt8, Mode::kView, false, 0, Layout::c_order({0}, 1));
  Buffer* second = make_buffer(DType::kInt8, Mode::kView, false, 0, Layout::c_order({0}, 1));
  EXPECT_NE(first->memory, second->memory);
  EXPECT_EQ(first->extent().size(), 0);
  unpin(first);
  unpin(second);
}

TEST(BufferTest, TheLastSharerFrees) {
  Buffer* buffer = make_buffer(DType::kInt8, Mode::kView, false, 4, Layout::c_order({4}, 1));
  buffer->sharers.increment();
  unpin(buffer);
  EXPECT_EQ(buffer->sharers.count(), 1);
  std::memset(buffer->memory, 0, 4);
  unpin(buffer);  // LSan: freed
}

TEST(BufferTest, ForeignBlocksMayOverlap) {
  std::byte memory[8];
  const auto borrowed = [&](Index begin, Index bytes) {
    return make_foreign_buffer(DType::kInt8, Mode::kView, false, memory + begin,
                               Layout::c_order({bytes}, 1), false, nullptr);
  };
  Buffer* const first = borrowed(0, 4);
  Buffer* const overlapping = borrowed(3, 4);
  Buffer* const behind = borrowed(4, 4);
  EXPECT_FALSE(are_apart(*first, *first));
  EXPECT_FALSE(are_apart(*first, *overlapping));
  EXPECT_FALSE(are_apart(*overlapping, *first));
  EXPECT_TRUE(are_apart(*first, *behind));
  EXPECT_TRUE(are_apart(*behind, *first));
  for (Buffer* buffer : {first, overlapping, behind}) unpin(buffer);
}

TEST(BufferTest, TheOriginMayLieOutsideOfTheBlock) {
  Buffer* buffer = make_buffer(DType::kInt8, Mode::kCopyOnWrite, false, 4, Layout());
  buffer->origin -= 100;
  EXPECT_EQ(buffer->at(100), buffer->memory);
  EXPECT_EQ(buffer->extent().begin, 100);
  EXPECT_EQ(buffer->extent().end, 104);
  unpin(buffer);
}

}  // namespace
}  // namespace cow::internal
