#include "cow/diagnostics/kept_memory.h"

#include <cstdint>
#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/tests/sanitizer_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Index kLength = KeptMemory::kLargeBytes / Index{sizeof(std::int32_t)};

/// The records are those of the installed sanitizer; the memory kept is judged here.
class KeptMemoryTest : public ::testing::Test {
 protected:
  void SetUp() override { testing::collecting_sanitizer(); }

  static Array<std::int32_t> make(Index length = kLength) { return zeros<std::int32_t>({length}); }
  static const BufferRecord& buffer_of(const Array<std::int32_t>& a) {
    return *Registry::record_of(*a.handle().node().buffer);
  }

  KeptMemory kept_;
};

TEST_F(KeptMemoryTest, ASmallViewOfWhatIsGone) {
  auto a = make();
  kept_.on_allocate(buffer_of(a));
  auto view = a[slice(0, 10)];
  EXPECT_THAT(kept_.find(), IsEmpty());  // its owner is there
  a = Array<std::int32_t>();
  const std::vector<KeptMemory::Kept> found = kept_.find();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].view, Registry::record_of(view.handle().node()));
  EXPECT_EQ(found[0].buffer_bytes, KeptMemory::kLargeBytes);
  EXPECT_EQ(found[0].view_bytes, 40);
  EXPECT_TRUE(found[0].at_exit);
}

TEST_F(KeptMemoryTest, AnEighthIsSmallAndMoreIsNot) {
  auto a = make();
  kept_.on_allocate(buffer_of(a));
  auto eighth = a[slice(0, kLength / 8)];
  a = Array<std::int32_t>();
  EXPECT_THAT(kept_.find(), SizeIs(1));
  auto one_more = eighth[slice(0, 1)];
  EXPECT_THAT(kept_.find(), IsEmpty());  // together
}

TEST_F(KeptMemoryTest, SmallBuffersAreNotLookedAt) {
  auto a = make(kLength - 1);
  kept_.on_allocate(buffer_of(a));
  auto view = a[slice(0, 10)];
  a = Array<std::int32_t>();
  EXPECT_THAT(kept_.find(), IsEmpty());
}

TEST_F(KeptMemoryTest, WhatWasKeptAtThePeakIsRememberedAndToldOnce) {
  auto a = make();
  kept_.on_allocate(buffer_of(a));
  auto view = a[slice(0, 10)];
  a = Array<std::int32_t>();
  auto b = make();
  kept_.on_allocate(buffer_of(b));  // the peak
  ASSERT_THAT(kept_.find(), SizeIs(1));
  EXPECT_FALSE(kept_.find()[0].at_exit);
  kept_.on_free(buffer_of(view));
  view = Array<std::int32_t>();
  EXPECT_THAT(kept_.find(), SizeIs(1));
}

TEST_F(KeptMemoryTest, FreedBuffersDoNotCount) {
  auto a = make();
  kept_.on_allocate(buffer_of(a));
  auto view = a[slice(0, 10)];
  a = Array<std::int32_t>();
  kept_.on_free(buffer_of(view));
  EXPECT_THAT(kept_.find(), IsEmpty());
}

}  // namespace
}  // namespace cow::alsan
