#include "cow/diagnostics/raw/raw_watch.h"

#include <memory>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "gtest/gtest.h"

// What it does with arrays is in protect_test, store_trace_test and probe_test.
namespace cow::alsan {
namespace {

TEST(LendTest, FindsItsElementsByAddress) {
  alignas(8) static std::byte memory[96];  // (3, 4) doubles, every other column
  Lend lend{std::make_shared<ArrayRecord>(), memory + 8, Layout(Dims{3, 2}, Dims{32, 16}), 1};
  lend.array->dtype = DType::kFloat64;
  Dims index;
  EXPECT_TRUE(lend.index_of(memory + 8, &index));
  EXPECT_EQ(index, (Dims{0, 0}));
  EXPECT_TRUE(lend.index_of(memory + 32 + 24, &index));
  EXPECT_EQ(index, (Dims{1, 1}));
  EXPECT_FALSE(lend.index_of(memory, &index));
  EXPECT_FALSE(lend.index_of(memory + 16, &index));
  EXPECT_FALSE(lend.index_of(memory + 96 + 8, &index));
}

TEST(RawWatchTest, OffDoesNothing) {
  RawWatch watch(RawWrites::kOff);
  EXPECT_EQ(watch.start(), "");
  EXPECT_FALSE(watch.is_on());
  EXPECT_FALSE(watch.has_news());
  EXPECT_EQ(watch.means(), "comparison");
}

TEST(RawWatchTest, TellsItsMeans) {
  RawWatch watch(RawWrites::kProtect);
  EXPECT_EQ(watch.start(), "");
  EXPECT_TRUE(watch.is_on());
  EXPECT_EQ(watch.means(), "read-only pages");
}

}  // namespace
}  // namespace cow::alsan
