#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/core/format.h"
#include "cow/core/mode.h"
#include "cow/core/operators.h"
#include "cow/core/selection.h"
#include "cow/diagnostics/alias_ok.h"
#include "cow/tests/raw/raw_testing.h"

// raw_writes=protect: each raw write is made on a line of its own, which the report must name.
namespace cow {
namespace {

using alsan::Report;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::take_reports;

class ProtectTest : public testing::RawWritesTest {
 protected:
  ProtectTest() : RawWritesTest(alsan::RawWrites::kProtect, "protect_test.cc") {}
};

TEST_F(ProtectTest, AWriteAfterTheSpanWasClosed) {
  auto a = zeros<double>({2, 3}).label("a");
  auto row = a[1].label("row");
  double* kept = nullptr;
  {
    auto span = row.mutable_span<1>();
    kept = &span(0);
    kept[0] = 1;
  }
  const int lent_line = __LINE__ - 4;
  EXPECT_EQ(row.sum(), 1);
  expect_silence();
  kept[2] = 5;
  const int line = __LINE__ - 1;
  EXPECT_EQ(row.sum(), 6);
  const Report report = the_report(line);
  EXPECT_THAT(report.headline, HasSubstr("to 'a' through a pointer"));
  EXPECT_THAT(report.events[0].text, HasSubstr("WRITTEN to row[2] = a[1,2], which was 0.0"));
  EXPECT_EQ(report.events[1].frames[0].line, lent_line);
  EXPECT_THAT(report.events[1].text, HasSubstr("LENT by a span of row"));
  EXPECT_EQ(report.arrays[0].name, "row");
  EXPECT_EQ(report.arrays[1].name, "a");
  EXPECT_THAT(report.tree, SizeIs(2));
}

TEST_F(ProtectTest, EachLineIsReported) {
  auto a = zeros<double>({3000}).label("a");
  double* kept = a.mutable_span<1>().data();
  kept[0] = 1;
  const int first = __LINE__ - 1;
  EXPECT_EQ(a(0), 1);
  the_report(first);
  kept[1] = 1;  // the same page, after an event
  const int second = __LINE__ - 1;
  EXPECT_EQ(a(1), 1);
  the_report(second);
  kept[2000] = 1;
  kept[1000] = 1;
  EXPECT_EQ(a.sum(), 4);
  EXPECT_THAT(take_reports(), SizeIs(2));  // other pages
}

TEST_F(ProtectTest, ALoopIsOneReport) {
  auto a = zeros<double>({100'000}).label("a");
  double* kept = a.mutable_span<1>().data();
  for (int i = 0; i < 100'000; ++i) kept[i] = 1;
  const int line = __LINE__ - 1;
  EXPECT_EQ(a.sum(), 100'000);
  the_report(line);
}

TEST_F(ProtectTest, TheSameValueIsAWriteToo) {
  auto a = zeros<int>({4});
  int* kept = a.mutable_span<1>().data();
  kept[1] = 0;
  const int line = __LINE__ - 1;
  EXPECT_EQ(a.sum(), 0);
  the_report(line);
}

TEST_F(ProtectTest, APointerOfAReadSpanWithoutConst) {
  auto a = arange<int>(4).label("a");
  auto span = a.span<1>();
  const_cast<int&>(span(3)) = 7;
  const int line = __LINE__ - 1;
  EXPECT_EQ(a.sum(), 10);
  EXPECT_THAT(the_report(line).events[0].text, HasSubstr("WRITTEN to a[3], which was 3,"));
}

TEST_F(ProtectTest, MemcpyIsItsCallersLine) {
  auto a = zeros<double>({4});
  double* kept = a.mutable_span<1>().data();
  const double values[] = {1, 2, 3, 4};
  std::memcpy(kept, values, sizeof(values));
  const int line = __LINE__ - 1;
  EXPECT_EQ(a.sum(), 10);
  the_report(line);
}

TEST_F(ProtectTest, AWriteOfAnotherThread) {
  auto a = zeros<double>({4});
  double* kept = a.mutable_span<1>().data();
  int line = 0;
  std::thread thread([&] {
    line = __LINE__ + 1;
    kept[3] = 1;
  });
  thread.join();
  EXPECT_EQ(a.sum(), 1);
  the_report(line);
}

TEST_F(ProtectTest, AWriteThatNobodyReadsIsToldAtTheEnd) {
  auto a = zeros<double>({4});
  double* kept = a.mutable_span<1>().data();
  kept[3] = 1;
  const int line = __LINE__ - 1;
  expect_silence();
  sanitizer_->finish();
  the_report(line);
}

TEST_F(ProtectTest, AWriteWhileTheSpanOfAnotherPartIsOpen) {
  auto a = zeros<double>({2, 1024}).label("a");
  double* kept = a[0].ref().mutable_span<1>().data();
  auto other = a[1].ref();
  auto span = other.mutable_span<1>();
  kept[0] = 1;  // another page
  const int line = __LINE__ - 1;
  span(0) = 1;
  EXPECT_EQ(a.sum(), 2);
  the_report(line);
}

TEST_F(ProtectTest, BehindTheLastElement) {
  auto a = zeros<char>({10}).label("a");
  char* kept = a.mutable_span<1>().data();
  kept[10] = 1;
  const int line = __LINE__ - 1;
  EXPECT_EQ(a.sum(), 0);
  EXPECT_THAT(the_report(line).events[0].text, HasSubstr("that is not an element of a"));
}

TEST_F(ProtectTest, IfItIsMeant) {
  auto a = zeros<double>({4});
  double* kept = a.mutable_span<1>().data();
  {
    const AliasOk ok("a ring buffer that a device fills");
    kept[3] = 1;
  }
  EXPECT_EQ(a.sum(), 1);
}

TEST_F(ProtectTest, CopyOnWriteBuffersToo) {
  const ScopedMode scope(Mode::kCopyOnWrite);
  auto a = zeros<double>({4}).label("a");
  double* kept = a.mutable_span<1>().data();
  auto b = a.copy();
  kept[1] = 1;
  const int line = __LINE__ - 1;
  EXPECT_EQ(b.sum(), 0);
  the_report(line);
  EXPECT_EQ(a.sum(), 1);
}

// ---- quiet neighbours

TEST_F(ProtectTest, WritesInsideOfSpans) {
  auto a = zeros<double>({50, 100});
  for (int round = 0; round < 3; ++round) {
    auto span = a.mutable_span<2>();
    for (Index i = 0; i < 50; ++i) {
      for (Index j = 0; j < 100; ++j) span(i, j) = i + j;
    }
    auto read = a.span<2>();
    EXPECT_EQ(read(1, 1), 2);
    span(1, 1) = 2;
  }
  {
    auto one = a.ref();
    auto first = one.mutable_span<2>();
    auto second = a.mutable_span<2>();
    first(0, 0) = 1;
    second(0, 1) = 1;
    { auto moved = std::move(first); }
    second(0, 2) = 1;
  }
}

TEST_F(ProtectTest, WritesOfTheLibrary) {
  auto a = zeros<double>({6, 200});
  { auto span = a.mutable_span<2>(); }
  a.fill(1);
  a(2, 3) = 4;
  a[1] = 5;
  a[{all, slice(none, none, 7)}] += 1;
  a[index_list({0, 2})] = 3;
  a[a > 3] = 2;
  a.T()[3] = 1;
  a += a;
  a[{slice(1, none)}] = a[{slice(0, -1)}].copy();
  auto flipped = a.ref().flip(0).ref();
  flipped.fill(3);
  flipped(1, 1) = 2;
  EXPECT_EQ(a.sum(), 3599);
  EXPECT_FALSE(to_string(a).empty());
}

TEST_F(ProtectTest, WritesToOtherMemory) {
  auto a = zeros<char>({10});
  auto b = zeros<char>({10});
  std::vector<std::unique_ptr<int>> others;
  { auto span = a.mutable_span<1>(); }
  for (int i = 0; i < 5000; ++i) others.push_back(std::make_unique<int>(i));
  auto span = b.mutable_span<1>();
  span(0) = 1;
  EXPECT_EQ(a.sum() + b.sum(), 1);
}

TEST_F(ProtectTest, MemoryIsFreedAndUsedAgain) {
  for (int i = 0; i < 200; ++i) {
    auto a = zeros<double>({1000});
    { a.mutable_span<1>()(5) = 1; }
    std::vector<double> other(1000, 1.0);
    EXPECT_EQ(a.sum() + other[5], 2);
  }
}

TEST_F(ProtectTest, BuffersHaveTheirPagesForThemselves) {
  auto a = zeros<char>({5000});
  auto b = zeros<char>({1});
  const auto address_of = [](const Array<char>& array) {
    return reinterpret_cast<std::uintptr_t>(array.span<1>().data());
  };
  EXPECT_EQ(address_of(a) % 4096, 0u);
  EXPECT_EQ(address_of(b) % 4096, 0u);
  EXPECT_TRUE(address_of(b) >= address_of(a) + 8192 || address_of(b) + 4096 <= address_of(a));
}

TEST_F(ProtectTest, ManyBuffers) {
  std::vector<Array<int>> arrays;
  for (int i = 0; i < 20'000; ++i) {
    arrays.push_back(zeros<int>({2}));
    arrays.back().mutable_span<1>()(0) = i;
  }
  for (auto& array : arrays) array(1) = 1;
  EXPECT_EQ(arrays[19'999].sum(), 20'000);
}

TEST_F(ProtectTest, ThreadsWithTheirOwnArrays) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([] {
      for (int round = 0; round < 200; ++round) {
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
