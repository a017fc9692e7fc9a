#include "cow/core/copy_stats.h"

#include <unistd.h>

#include "cow/core/large_arrays.h"
#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

/// 64 pages.
const Index kPageBytes = sysconf(_SC_PAGESIZE);
const Index kBytes = 64 * kPageBytes;
const Index kCount = kBytes / Index{sizeof(Index)};

class CopyStatsTest : public ModeTest {
 protected:
  void SetUp() override {
    ModeTest::SetUp();
    if (large_arrays() != LargeArrays::kLazyCopies) GTEST_SKIP() << "no lazy copies here";
    set_large_arrays(LargeArrays::kLazyCopies, kBytes);
  }
  void TearDown() override {
    set_large_arrays(LargeArrays::kLazyCopies);
    ModeTest::TearDown();
  }
};

INSTANTIATE_TEST_SUITE_P(, CopyStatsTest, both_modes(), mode_name);

CopyCounts counts_of(const char* label) { return copy_stats().by_label[label]; }

TEST_P(CopyStatsTest, ByLabel) {
  const std::string name = copies_on_write() ? "stats in cow" : "stats in view";
  const CopyCounts total = copy_stats().total;
  Ints a = numbered({kCount}).label(name);
  EXPECT_EQ(counts_of(name.c_str()), CopyCounts());
  {
    Ints b = a.copy();
    CopyCounts expected{.lazy_copies = 1, .lazy_bytes = kBytes};
    EXPECT_EQ(counts_of(name.c_str()), expected);
    EXPECT_EQ(b.nbytes_shared(), kBytes);
    EXPECT_EQ(b.nbytes_owned(), 0);
    b(0) = 1;
    b(1) = 1;
    b(kCount - 1) = 1;
    // The detach of an array without a label counts in the total only; its pages as those of `a`.
    expected.pages_detached = 2;
    expected.bytes_detached = 2 * kPageBytes;
    EXPECT_EQ(counts_of(name.c_str()), expected);
    EXPECT_EQ(b.nbytes_owned(), 2 * kPageBytes);
    EXPECT_EQ(b[slice(0, none, 2)].nbytes_shared(),
              copies_on_write() ? kBytes / 2 : kBytes / 2 - kPageBytes);
  }
  EXPECT_EQ(counts_of(name.c_str()).pages_detached, 2);  // of the dropped one
  EXPECT_EQ(a.nbytes_shared(), 0);
  EXPECT_EQ(copy_stats().total.detaches - total.detaches, copies_on_write() ? 1 : 0);
  EXPECT_EQ(copy_stats().total.lazy_copies - total.lazy_copies, 1);
}

TEST_P(CopyStatsTest, SmallArrays) {
  const std::string name = copies_on_write() ? "small in cow" : "small in view";
  Ints a = numbered({4}).label(name);
  Ints b = a.copy();
  EXPECT_EQ(a.nbytes_shared(), copies_on_write() ? 32 : 0);
  a(0) = 7;
  EXPECT_EQ(a.nbytes_owned(), 32);
  const CopyCounts expected =
      copies_on_write()
          ? CopyCounts{.lazy_copies = 1, .lazy_bytes = 32, .detaches = 1, .bytes_detached = 32}
          : CopyCounts();
  EXPECT_EQ(counts_of(name.c_str()), expected);
}

/// In copy-on-write mode a value that is overwritten takes new memory, and copies nothing.
TEST(CopyStatsOverwriteTest, CopiesNothing) {
  const ScopedMode mode(Mode::kCopyOnWrite);
  const Ints other = numbered({4, 4});
  const auto bytes_detached_by = [&](const char* name, auto write) {
    Ints a = numbered({4, 4}).label(name);
    const Ints b = a;
    write(a);
    EXPECT_EQ(elements_of(b), count_up(16));
    EXPECT_EQ(counts_of(name).detaches, 1);
    return counts_of(name).bytes_detached;
  };
  EXPECT_EQ(bytes_detached_by("filled", [](Ints& a) { a.fill(3); }), 0);
  EXPECT_EQ(bytes_detached_by("assigned", [&](Ints& a) { a.assign(other); }), 0);
  EXPECT_EQ(bytes_detached_by("updated", [](Ints& a) { a += 3; }), 128);
  EXPECT_EQ(bytes_detached_by("of itself", [](Ints& a) { a.assign(a.T()); }), 128);
  EXPECT_EQ(bytes_detached_by("in part", [](Ints& a) { a[0] = 3; }), 128);
}

TEST(CopyStatsOverwriteTest, AValueOfItsOwnElements) {
  const ScopedMode mode(Mode::kCopyOnWrite);
  Ints a = numbered({3, 3});
  Ints b = a;
  b.assign(b.T());
  EXPECT_EQ(elements_of(b), (std::vector<Index>{0, 3, 6, 1, 4, 7, 2, 5, 8}));
  Ints c = a;
  c.assign(c);
  EXPECT_EQ(elements_of(c), count_up(9));
  Ints d = a;
  Ints r = d.ref();
  d.fill(5);
  EXPECT_EQ(r(2, 2), 5);
  Ints row = a[1];
  row.fill(7);  // only its own elements are needed
  EXPECT_EQ(elements_of(a), count_up(9));
  EXPECT_EQ(elements_of(row), (std::vector<Index>{7, 7, 7}));
}

}  // namespace
}  // namespace cow
