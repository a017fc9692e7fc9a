#include "cow/diagnostics/finding.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/core/errors.h"
#include "cow/core/format.h"
#include "cow/core/mode.h"
#include "cow/core/operators.h"
#include "cow/core/selection.h"
#include "cow/diagnostics/alias_ok.h"
#include "cow/tests/sanitizer_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

using alsan::Report;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::take_reports;

alsan::Options with_all_rules() {
  alsan::Options options;
  options.severity.fill(alsan::Severity::kWarn);
  return options;
}

class FindingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    sanitizer_ = &testing::collecting_sanitizer(with_all_rules());
    take_reports();
  }
  /// The only report, which must be of `rule`.
  static Report the_report(const std::string& rule) {
    const std::vector<Report> reports = take_reports();
    EXPECT_THAT(reports, SizeIs(1));
    const Report report = reports.empty() ? Report() : reports[0];
    EXPECT_EQ(report.rule, rule) << report.headline;
    return report;
  }
  static void expect_silence() {
    for (const Report& report : take_reports()) {
      ADD_FAILURE() << report.rule << " " << report.headline;
    }
  }
  alsan::AliasSanitizer* sanitizer_;
};

// ---- AS002

TEST_F(FindingTest, WriteThroughWindowsThatOverlap) {
  auto a = zeros<int>({5}).label("a");
  auto windows = a.sliding_window_view({3}, {0}).label("windows");
  windows.sum();
  expect_silence();  // reading is harmless
  windows.set_writeable(true);
  windows(0, 1) = 7;
  const Report report = the_report("AS002");
  EXPECT_EQ(report.headline, "through 'windows'");
  EXPECT_THAT(report.events[0].text, AllOf(HasSubstr(" windows[0,"), HasSubstr(" are one place")));
  EXPECT_FALSE(report.tree.empty());
  EXPECT_EQ(report.arrays.size(), 2u);
}

TEST_F(FindingTest, WriteThroughAnOrdinaryViewIsNoSelfOverlap) {
  auto a = zeros<int>({4, 4});
  a.T()[slice(0, 2)] = 1;
  a[{all, slice(none, none, -2)}].ref().fill(2);
  auto cells = a.as_strided({2, 2}, {32, 8}).ref();
  cells.fill(3);
  expect_silence();
}

// ---- AS003

TEST_F(FindingTest, AssignmentThatNeedsATemporary) {
  auto a = arange<int>(9).reshape({3, 3}).label("a");
  a[{all, slice(0, 2)}] = a.T()[{all, slice(0, 2)}];
  const Report report = the_report("AS003");
  EXPECT_THAT(report.events[0].text, HasSubstr("24 bytes were copied first"));
  EXPECT_FALSE(report.is_error);
}

TEST_F(FindingTest, AssignmentInASafeOrderNeedsNone) {
  auto a = arange<int>(9);
  a[slice(1, none)] = a[slice(none, -1)];
  a[slice(none, none, 2)] = a[slice(none, none, 2)];
  auto square = arange<int>(9).reshape({3, 3});
  square.assign(square.T());  // element by element, in pairs
  expect_silence();
}

TEST_F(FindingTest, IndexedAssignmentFromWhatItWrites) {
  auto a = array<Index>({2, 0, 1}).label("a");
  a[a] = a;
  EXPECT_THAT(the_report("AS003").events[0].text, HasSubstr("24 bytes were copied first"));
}

TEST_F(FindingTest, IndexedAssignmentFromOtherElementsIsFine) {
  auto a = arange<int>(9);
  a[index_list({1, 4, 7})] = a[slice(0, none, 3)];
  a[index_list({0, 3, 6})] = a[slice(0, none, 3)];  // each to itself
  a[index_list({0, 1})] = arange<int>(2);
  a[index_list({0, 1})] += 5;
  expect_silence();
}

// ---- AS004

TEST_F(FindingTest, RefusedWrite) {
  auto a = zeros<int>({3}).label("constants");
  a.set_writeable(false);
  EXPECT_THROW(a.fill(1), ReadOnlyError);
  const Report report = the_report("AS004");
  EXPECT_THAT(report.events[0].text, HasSubstr("WRITE to constants refused"));
  EXPECT_EQ(report.arrays[0].name, "constants");
}

TEST_F(FindingTest, WriteBehindConst) {
  auto a = zeros<int>({3, 3}).label("a");
  const Array<int>& constant = a;
  Array<int> row = constant[1];
  row.set_writeable(true);
  expect_silence();
  row(2) = 1;
  EXPECT_THAT(the_report("AS004").headline, HasSubstr("which came from a const array"));
}

TEST_F(FindingTest, WritableAgainWithoutConstIsFine) {
  auto a = zeros<int>({3});
  a.set_writeable(false);
  a.set_writeable(true);
  a(2) = 1;
  EXPECT_EQ(a.sum(), 1);
  expect_silence();
}

// ---- AS005

TEST_F(FindingTest, AWriteAfterTheSpanWasClosed) {
  auto a = zeros<double>({2, 3}).label("a");
  double* kept = nullptr;
  {
    auto span = a[1].ref().mutable_span<1>();
    kept = &span(0);
    kept[0] = 1;
  }
  EXPECT_EQ(a.sum(), 1);
  a[0] = 7;  // ours
  EXPECT_EQ(a.sum(), 22);
  expect_silence();
  kept[2] = 5;
  EXPECT_EQ(a(0, 0), 7);  // not the one that changed
  expect_silence();
  EXPECT_EQ(a.sum(), 27);
  const Report report = the_report("AS005");
  EXPECT_THAT(report.events[1].text, HasSubstr("a[1,2]: 5.0, was 0.0 (1 element changed"));
  EXPECT_EQ(a.sum(), 27);
  {
    auto again = a.mutable_span<2>();
    kept[1] = 3;  // while a span is open
  }
  EXPECT_EQ(a.sum(), 30);
  expect_silence();
}

TEST_F(FindingTest, AWriteThatNobodyReadsIsNoticedWhenTheBufferGoes) {
  {
    auto a = zeros<double>({3}).label("a");
    double* kept = &a.mutable_span<1>()(0);
    kept[1] = 5;
  }
  the_report("AS005");
}

// ---- AS006

TEST_F(FindingTest, LostWrite) {
  auto a = arange<int>(6).label("a");
  {
    auto large = a[a > 3].label("large");
    large.fill(0);
  }
  const Report report = the_report("AS006");
  EXPECT_THAT(report.headline, AllOf(HasSubstr("'large'"), HasSubstr("'a'")));
  EXPECT_THAT(report.fix, HasSubstr("a[...] = x"));
  EXPECT_EQ(report.events.size(), 2u);
}

TEST_F(FindingTest, LostWriteThroughAViewOfTheCopy) {
  auto a = arange<int>(6).reshape({2, 3});
  {
    Array<int> rows = a.take(index_list({0, 1}), 0);
    rows[0] = 5;
    rows[1] += 5;
  }
  the_report("AS006");
}

TEST_F(FindingTest, LostWriteToAReshapeThatCopied) {
  auto a = arange<int>(6).reshape({2, 3}).label("a");
  a.T().reshape({6}).fill(1);
  const Report report = the_report("AS006");
  EXPECT_THAT(report.headline, HasSubstr("'a.T'"));
}

TEST_F(FindingTest, LostWriteToARavelThatCopied) {
  auto a = arange<int>(6).reshape({2, 3});
  a[{all, slice(1, 3)}].ravel().fill(1);
  the_report("AS006");
}

TEST_F(FindingTest, ReshapesThatAreViewsOrAreReadAreFine) {
  auto a = arange<int>(6).reshape({2, 3});
  a.reshape({6}).fill(1);
  a.ravel().fill(2);
  EXPECT_EQ(a.sum(), 12);
  auto flat = a.T().reshape({6});
  flat.fill(3);
  EXPECT_EQ(flat.sum(), 18);
  a.T().reshape({6});
  expect_silence();
}

TEST_F(FindingTest, CopiesThatAreReadOrNeverWrittenAreFine) {
  auto a = arange<int>(6);
  {
    auto c = a[index_list({0, 2})];
    c.fill(1);
    EXPECT_EQ(c.sum(), 2);
  }
  { auto c = a[a > 2]; }
  {
    auto c = a[a > 2];
    c.fill(1);
    auto part = c[slice(0, 1)];
    EXPECT_EQ(part(0), 1);
  }
  {
    auto c = a[a > 2];
    auto span = c.mutable_span<1>();
    span(0) = 4;
  }
  const auto make = [&] {
    auto c = a[a > 2];
    c.fill(3);
    return Array<int>(std::move(c));
  };
  EXPECT_EQ(make().sum(), 9);
  a[a > 2] = 0;
  a[index_list({0})] += 5;
  a[a > 2].fill(1);
  EXPECT_EQ(a(0), 1);
  expect_silence();
}

// ---- AS007

TEST_F(FindingTest, BorrowedMemoryChangedByItsOwner) {
  std::vector<double> samples{1, 2, 3, 4};
  auto a = borrow(samples.data(), Layout::c_order(Dims{2, 2}, 8)).label("samples");
  EXPECT_EQ(a.sum(), 10);
  a(0, 1) = 5;  // ours
  {
    auto span = a.mutable_span<2>();
    span(1, 1) = 6;
    EXPECT_EQ(a(1, 1), 6);
  }
  EXPECT_EQ(a.sum(), 15);
  expect_silence();
  samples[2] = 30;
  EXPECT_EQ(a(0, 0), 1);  // not the one that changed
  expect_silence();
  EXPECT_EQ(a.sum(), 42);
  EXPECT_THAT(the_report("AS007").events[0].text,
              HasSubstr("samples[1,0]: 30.0, was 3.0 (1 element"));
  EXPECT_EQ(a.sum(), 42);
  expect_silence();  // told once
}

TEST_F(FindingTest, BorrowedMemoryChangedAfterTheLastRead) {
  std::vector<double> samples{1, 2, 3};
  double seen_by_deleter = 0;
  const Layout layout = Layout::c_order(Dims{3}, 8);
  const auto give_back = [&](double* data) { seen_by_deleter = data[1]; };
  {
    auto a = borrow(samples.data(), layout, give_back).label("samples");
    auto tail = a[slice(1, 3)];
    EXPECT_EQ(tail.sum(), 5);
    samples[0] = 10;  // never seen
    samples[1] = 20;
    a = Array<double>();
    expect_silence();  // the view is still there
  }
  EXPECT_EQ(seen_by_deleter, 20);
  const Report report = the_report("AS007");
  EXPECT_THAT(report.events[0].text,
              HasSubstr("GIVEN BACK with samples[1]: 20.0, was 2.0 (1 element changed"));
  {
    const ScopedMode scope(Mode::kCopyOnWrite);
    auto a = borrow(samples.data(), layout, give_back).label("samples");
    auto copy = a[slice(0, 3)];
    EXPECT_EQ(copy.sum(), 33);
    samples[2] = 30;
  }
  the_report("AS007");
  {
    auto a = borrow(samples.data(), layout, give_back);
    EXPECT_EQ(a.sum(), 60);
    a(1) = 2;  // ours
    AliasOk ok("a new frame");
    samples[2] = 4;
    a = Array<double>();
  }
  expect_silence();
}

TEST_F(FindingTest, BorrowedMemoryThatNothingKeepsMayBeGone) {
  Array<double> a;
  {
    std::vector<double> samples{1, 2, 3};
    a = borrow(samples.data(), Layout::c_order(Dims{3}, 8));
    EXPECT_EQ(a.sum(), 6);
    samples[0] = 10;
  }
  a = Array<double>();
  expect_silence();
}

// ---- AS008

TEST_F(FindingTest, ASmallViewKeepsALargeBuffer) {
  auto kept = std::make_unique<Array<double>>(zeros<double>({1000, 1000}).label("image")[0]);
  kept->label("row");
  expect_silence();
  sanitizer_->finish();
  const Report report = the_report("AS008");
  EXPECT_THAT(report.headline, AllOf(HasSubstr("'row'"), HasSubstr("8000000 bytes for 8000")));
  kept.reset();
  // Half of a buffer, a copy, and a small buffer are no waste.
  Array<double> half = zeros<double>({1000, 1000})[slice(0, 500)];
  Array<double> copy = zeros<double>({1000, 1000})[0].copy();
  Array<double> small = zeros<double>({100, 100})[0];
  sanitizer_->finish();
  expect_silence();
}

// ---- intent

TEST_F(FindingTest, AliasOkCoversWhatIsWrittenOrReadInItsScope) {
  auto a = zeros<int>({4});
  auto view = a[slice(0, 2)];
  const std::int64_t suppressed = sanitizer_->coverage().suppressed;
  {
    AliasOk ok("filled through its part");
    view.fill(1);
  }
  EXPECT_EQ(a.sum(), 2);
  expect_silence();
  EXPECT_EQ(sanitizer_->coverage().suppressed - suppressed, 1);
  view.fill(2);
  {
    AliasOk ok("looks at what the view did");
    EXPECT_EQ(a.sum(), 4);
  }
  expect_silence();
  EXPECT_EQ(a.sum(), 4);
  the_report("AS001");
}

TEST_F(FindingTest, ScopesNest) {
  EXPECT_EQ(AliasOk::current(), nullptr);
  AliasOk outer("outer");
  {
    AliasOk inner("inner");
    EXPECT_STREQ(AliasOk::current(), "inner");
  }
  EXPECT_STREQ(AliasOk::current(), "outer");
}

void assign_what_overlaps(Array<int>& a) { a[{all, slice(0, 2)}] = a.T()[{all, slice(0, 2)}]; }

TEST_F(FindingTest, APromiseMakesAnOverlapAnError) {
  EXPECT_EXIT(
      {
        auto a = arange<int>(9).reshape({3, 3});
        NoOverlap promise;
        assign_what_overlaps(a);
      },
      ::testing::ExitedWithCode(67), "");
}

}  // namespace
}  // namespace cow
