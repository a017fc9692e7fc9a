#include <complex>
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
#include "cow/diagnostics/alias_ok.h"
#include "cow/tests/raw/raw_testing.h"

// raw_writes=trace, of a program built with --config=alias-stores: each raw write is made on a line
// of its own, which the report must name.
namespace cow {
namespace {

using alsan::Report;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::take_reports;

class TraceTest : public testing::RawWritesTest {
 protected:
  TraceTest() : RawWritesTest(alsan::RawWrites::kTrace, "store_trace_test.cc") {}
};

TEST_F(TraceTest, EachLineOnOnePageIsReported) {
  auto a = zeros<double>({2, 3}).label("a");
  auto row = a[1].label("row");
  double* kept = nullptr;
  {
    auto span = row.mutable_span<1>();
    kept = &span(0);
    kept[0] = 1;
  }
  EXPECT_EQ(row.sum(), 1);
  expect_silence();
  const int first = __LINE__ + 1;
  kept[2] = 5;
  kept[1] = 6;
  EXPECT_EQ(row.sum(), 12);
  const std::vector<Report> reports = take_reports();
  ASSERT_THAT(reports, SizeIs(2));
  EXPECT_THAT(reports[0].events[0].text, HasSubstr("WRITTEN to row[2] = a[1,2], which was 0.0"));
  EXPECT_THAT(reports[1].events[0].text, HasSubstr("WRITTEN to row[1] = a[1,1], which was 0.0"));
  EXPECT_EQ(reports[0].summary_site.line, first);
  EXPECT_EQ(reports[1].summary_site.line, first + 1);
  EXPECT_EQ(reports[0].arrays[0].name, "row");
}

TEST_F(TraceTest, TheSpanOfAnotherPartOfTheSamePageIsNoExcuse) {
  auto a = zeros<double>({2, 3}).label("a");
  auto row = a[0].ref().label("row");
  double* kept = row.mutable_span<1>().data();
  auto other = a[1].ref();
  auto span = other.mutable_span<1>();
  span(0) = 1;
  kept[0] = 1;
  const int line = __LINE__ - 1;
  span(1) = 1;
  EXPECT_EQ(a(0, 0), 1);
  EXPECT_THAT(the_report(line).events[1].text, HasSubstr("LENT by a span of row"));
}

TEST_F(TraceTest, EveryWidth) {
  auto bytes = zeros<std::int8_t>({4});
  auto shorts = zeros<std::int16_t>({4});
  auto complexes = zeros<std::complex<double>>({4});
  std::int8_t* byte = bytes.mutable_span<1>().data();
  std::int16_t* two_bytes = shorts.mutable_span<1>().data();
  std::complex<double>* complex = complexes.mutable_span<1>().data();
  byte[1] = 1;
  const int byte_line = __LINE__ - 1;
  EXPECT_EQ(bytes.sum(), 1);
  the_report(byte_line);
  two_bytes[1] = 1;
  const int short_line = __LINE__ - 1;
  EXPECT_EQ(shorts.sum(), 1);
  the_report(short_line);
  complex[2] = 1;
  EXPECT_EQ(complexes.sum(), 1.0);
  EXPECT_FALSE(take_reports().empty());
}

TEST_F(TraceTest, ALoopIsOneReport) {
  auto a = zeros<double>({10'000}).label("a");
  double* kept = a.mutable_span<1>().data();
  for (int i = 0; i < 10'000; ++i) kept[i] = 1;
  const int line = __LINE__ - 1;
  EXPECT_EQ(a.sum(), 10'000);
  the_report(line);
}

TEST_F(TraceTest, AnotherArrayByTheSameLine) {
  const int line = __LINE__ + 4;
  for (int round = 0; round < 2; ++round) {
    auto a = zeros<double>({3}).label(round == 0 ? "first" : "second");
    double* kept = a.mutable_span<1>().data();
    kept[0] = 1;
    EXPECT_EQ(a.sum(), 1);
    if (round == 0) the_report(line);
  }
}

TEST_F(TraceTest, APointerOfAReadSpanWithoutConst) {
  auto a = arange<int>(4).label("a");
  auto span = a.span<1>();
  const_cast<int&>(span(3)) = 7;
  const int line = __LINE__ - 1;
  EXPECT_EQ(a.sum(), 10);
  the_report(line);
}

TEST_F(TraceTest, WhatHasNoHooksIsFoundByComparison) {
  auto a = zeros<double>({4}).label("a");
  double* kept = a.mutable_span<1>().data();
  // Of the C library, through a pointer that the compiler cannot see through.
  void* (*volatile copy)(void*, const void*, std::size_t) = std::memcpy;
  const double values[] = {1, 2, 3, 4};
  copy(kept, values, sizeof(values));
  EXPECT_EQ(a.sum(), 10);
  const std::vector<Report> reports = take_reports();
  ASSERT_THAT(reports, SizeIs(1));
  EXPECT_THAT(reports[0].events[1].text, HasSubstr("NOTICED at a[0]: 1.0, was 0.0 (4 elements"));
}

TEST_F(TraceTest, AWriteOfAnotherThread) {
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

TEST_F(TraceTest, IfItIsMeant) {
  auto a = zeros<double>({4});
  double* kept = a.mutable_span<1>().data();
  {
    const AliasOk ok("a ring buffer that a device fills");
    kept[3] = 1;
  }
  EXPECT_EQ(a.sum(), 1);
}

// ---- quiet neighbours

TEST_F(TraceTest, WritesInsideOfSpans) {
  auto a = zeros<double>({50, 100});
  for (int round = 0; round < 3; ++round) {
    auto span = a.mutable_span<2>();
    for (Index i = 0; i < 50; ++i) {
      for (Index j = 0; j < 100; ++j) span(i, j) = i + j;
    }
  }
  auto columns = a[{all, slice(none, none, 7)}].ref();
  auto span = columns.mutable_span<2>();
  for (Index i = 0; i < 50; ++i) span(i, 3) = 1;
}

TEST_F(TraceTest, WritesOfTheLibrary) {
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

TEST_F(TraceTest, WritesToOtherMemory) {
  auto a = zeros<char>({10});
  auto b = zeros<char>({10});
  { auto span = a.mutable_span<1>(); }
  std::vector<std::unique_ptr<int>> others;
  for (int i = 0; i < 5000; ++i) others.push_back(std::make_unique<int>(i));
  auto span = b.mutable_span<1>();
  span(0) = 1;
  EXPECT_EQ(a.sum() + b.sum(), 1);
}

TEST_F(TraceTest, MemoryIsFreedAndUsedAgain) {
  for (int i = 0; i < 200; ++i) {
    auto a = zeros<double>({1000});
    { a.mutable_span<1>()(5) = 1; }
    std::vector<double> other(1000, 1.0);
    EXPECT_EQ(a.sum() + other[5], 2);
  }
}

}  // namespace
}  // namespace cow
