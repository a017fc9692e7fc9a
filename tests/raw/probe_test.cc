#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/core/format.h"
#include "cow/core/operators.h"
#include "cow/diagnostics/raw/page_probe.h"
#include "cow/tests/raw/raw_testing.h"

// raw_writes=probe. Where the kernel cannot tell, elements are compared: the same findings but for
// those of `LargeBuffers...` and `APointerOfAReadSpan...`.
namespace cow {
namespace {

using alsan::Report;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::take_reports;

class ProbeTest : public testing::RawWritesTest {
 protected:
  ProbeTest() : RawWritesTest(alsan::RawWrites::kProbe, "probe_test.cc") {}

  const bool can_tell_ = alsan::start_page_probe().empty();
};

TEST_F(ProbeTest, AWriteAfterTheSpanWasClosed) {
  auto a = zeros<double>({2, 3}).label("a");
  double* kept = a.mutable_span<2>().data();
  EXPECT_EQ(a.sum(), 0);
  kept[4] = 5;
  EXPECT_EQ(a.sum(), 5);
  EXPECT_THAT(the_report().events[1].text, HasSubstr("a[1,1]: 5.0, was 0.0 (1 element changed"));
  EXPECT_EQ(a.sum(), 5);
}

TEST_F(ProbeTest, SystemCallsAreSeen) {
  auto a = full<int>({4}, 1).label("a");
  int* kept = a.mutable_span<1>().data();
  const int zeros = open("/dev/zero", O_RDONLY);
  EXPECT_EQ(read(zeros, kept + 2, 4), 4);
  close(zeros);
  EXPECT_EQ(a.sum(), 3);
  EXPECT_THAT(the_report().events[1].text, HasSubstr("a[2]: 0, was 1 (1 element changed"));
}

TEST_F(ProbeTest, AllElementsOfAWrittenPageAreComparedAtTheFirstAccess) {
  auto a = zeros<int>({4}).label("a");
  int* kept = a.mutable_span<1>().data();
  kept[3] = 1;
  EXPECT_EQ(a(0), 0);  // on the same page
  EXPECT_EQ(a.sum(), 1);
  EXPECT_THAT(the_report().events[1].text, HasSubstr("a[3]: 1, was 0 (1 element changed"));
}

TEST_F(ProbeTest, AWriteOfTheLibraryToTheSamePageHidesNothing) {
  auto a = zeros<int>({4}).label("a");
  int* kept = a.mutable_span<1>().data();
  kept[3] = 1;
  a(0) = 1;
  EXPECT_THAT(the_report().events[1].text, HasSubstr("a[3]: 1, was 0 (1 element changed"));
}

TEST_F(ProbeTest, TheSameValueIsNoChange) {
  auto a = zeros<int>({4});
  int* kept = a.mutable_span<1>().data();
  kept[2] = 0;
  EXPECT_EQ(a.sum(), 0);
}

TEST_F(ProbeTest, LargeBuffersAreSeenByPages) {
  if (!can_tell_) return;
  auto a = zeros<std::int8_t>({Index{65} << 20}).label("a");
  std::int8_t* kept = a.mutable_span<1>().data();
  a(5) = 1;
  { a.mutable_span<1>()(7) = 1; }
  EXPECT_EQ(a(7), 1);
  expect_silence();
  kept[4096 * 100 + 5] = 1;
  EXPECT_EQ(a(7), 1);  // another page
  expect_silence();
  EXPECT_EQ(a[slice(4096 * 100, 4096 * 101)].sum(), 1);
  EXPECT_THAT(the_report().events[1].text,
              HasSubstr("some of 4096 bytes, which begin at a[409600], were written"));
}

TEST_F(ProbeTest, APointerOfAReadSpanWithoutConst) {
  if (!can_tell_) return;
  auto a = arange<int>(4).label("a");
  const_cast<int&>(a.span<1>()(3)) = 7;
  EXPECT_EQ(a.sum(), 10);
  EXPECT_THAT(the_report().events[1].text, HasSubstr("some of 4096 bytes"));
}

// ---- quiet neighbours

TEST_F(ProbeTest, WritesInsideOfSpansAndOfTheLibrary) {
  auto a = zeros<double>({60, 200});
  for (int round = 0; round < 3; ++round) {
    auto span = a.mutable_span<2>();
    for (Index i = 0; i < 60; ++i) span(i, 3) = i;
    auto other = a.mutable_span<2>();
    other(1, 1) = 1;
    span(1, 2) = 1;
    EXPECT_EQ(a(1, 2), 1);
  }
  a.fill(1);
  a(2, 3) = 4;
  a[{all, slice(none, none, 7)}] += 1;
  a[index_list({0, 2})] = 3;
  a[a > 3] = 2;
  a += a;
  auto read = a.span<2>();
  a.fill(3);
  EXPECT_EQ(a.sum(), 36'000);
}

TEST_F(ProbeTest, ReadLentBuffersMayBeWrittenByTheLibrary) {
  auto a = zeros<double>({1000});
  auto span = a.span<1>();
  for (int i = 0; i < 10; ++i) {
    a(i) = 1;
    a[slice(100, 900)] = i;
    EXPECT_EQ(span(i), 1);
  }
  EXPECT_EQ(a.sum(), 7210);
}

TEST_F(ProbeTest, MemoryIsFreedAndUsedAgain) {
  for (int i = 0; i < 200; ++i) {
    auto a = zeros<double>({1000});
    { a.mutable_span<1>()(5) = 1; }
    std::vector<double> other(1000, 1.0);
    EXPECT_EQ(a.sum() + other[5], 2);
  }
}

TEST_F(ProbeTest, ThreadsWithTheirOwnArrays) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([] {
      for (int round = 0; round < 100; ++round) {
        auto a = zeros<double>({600});
        {
          auto span = a.mutable_span<1>();
          for (Index i = 0; i < 600; ++i) span(i) = 1;
        }
        a += 1;
        EXPECT_EQ(a.sum(), 1200);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace cow
