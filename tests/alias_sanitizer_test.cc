#include "cow/diagnostics/alias_sanitizer.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/core/operators.h"
#include "cow/tests/sanitizer_testing.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

using alsan::Direction;
using alsan::Report;
using Role = alsan::ReportEvent::Role;
using ::cow::testing::collecting_sanitizer;
using ::cow::testing::take_reports;

class AliasSanitizerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    collecting_sanitizer();
    take_reports();
  }
  void expect_silence() {
    for (const Report& report : take_reports()) {
      ADD_FAILURE() << report.rule << " " << report.headline;
    }
  }
  Report the_report() {
    const std::vector<Report> reports = take_reports();
    EXPECT_EQ(reports.size(), 1u);
    return reports.empty() ? Report() : reports[0];
  }
};

TEST_F(AliasSanitizerTest, ReportsABaseThatChangedThroughItsView) {
  auto original = array<std::int64_t>({{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}});
  original.label("original");
  auto part = original[{slice(1, 3), slice(1, 3)}].label("slice");
  part(0, 0) = 999;
  expect_silence();  // nothing was read yet
  original.sum();
  const Report report = the_report();
  EXPECT_EQ(report.rule, "AS001");
  EXPECT_EQ(report.change->direction, Direction::kBaseThroughView);
  EXPECT_EQ(report.change->read.array, "original");
  EXPECT_EQ(report.change->read.index, Dims({1, 1}));
  EXPECT_EQ(report.change->written->array, "slice");
  EXPECT_EQ(report.change->written->index, Dims({0, 0}));
  EXPECT_EQ(report.change->now, "999");
  EXPECT_EQ(report.change->was, "6");
  EXPECT_EQ(report.change->changed_elements, 1);
  EXPECT_EQ(report.change->total_elements, 12);
}

TEST_F(AliasSanitizerTest, NamesTheLinesOfThisFile) {
  auto base = zeros<double>({4});
  const int view_line = __LINE__ + 1;
  auto view = base[slice(1, 3)];
  const int write_line = __LINE__ + 1;
  view.fill(5);
  const int read_line = __LINE__ + 1;
  base.max();
  const Report report = the_report();
  ASSERT_FALSE(report.event(Role::kRead)->frames.empty());
  ASSERT_FALSE(report.event(Role::kWrite)->frames.empty());
  ASSERT_FALSE(report.arrays.empty());
  ASSERT_FALSE(report.arrays[0].frames.empty());
  EXPECT_EQ(report.event(Role::kRead)->frames[0].line, read_line);
  EXPECT_EQ(report.event(Role::kWrite)->frames[0].line, write_line);
  EXPECT_EQ(report.arrays[0].frames[0].line, view_line);
  for (const alsan::Frame& frame :
       {report.event(Role::kRead)->frames[0], report.event(Role::kWrite)->frames[0],
        report.arrays[0].frames[0]}) {
    EXPECT_TRUE(frame.file.ends_with("tests/alias_sanitizer_test.cc")) << frame.file;
  }
  EXPECT_EQ(report.summary_site, report.event(Role::kWrite)->frames[0]);
}

TEST_F(AliasSanitizerTest, ReportsAViewThatChangedThroughItsBase) {
  auto base = arange<int>(6).label("base");
  auto view = base[slice(2, 5)].label("view");
  base(3) = 30;
  view.sum();
  const Report report = the_report();
  EXPECT_EQ(report.change->direction, Direction::kViewThroughBase);
  EXPECT_EQ(report.change->read.array, "view");
  EXPECT_EQ(report.change->read.index, Dims({1}));
  EXPECT_EQ(report.change->written->array, "base");
  EXPECT_EQ(report.change->written->index, Dims({3}));
}

TEST_F(AliasSanitizerTest, ReportsASibling) {
  auto base = zeros<int>({3, 3});
  auto row = base[1].label("row");
  auto column = base[{all, 1}].label("column");
  row(1) = 7;
  column.sum();
  const Report report = the_report();
  EXPECT_EQ(report.change->direction, Direction::kSibling);
  EXPECT_EQ(report.change->read.array, "column");
  EXPECT_EQ(report.change->written->array, "row");
}

TEST_F(AliasSanitizerTest, AHandleCopyIsAView) {
  auto history = zeros<int>({3});
  std::vector<Array<int>> snapshots;
  snapshots.push_back(history);
  history(0) = 1;
  snapshots[0].sum();
  EXPECT_EQ(the_report().change->direction, Direction::kViewThroughBase);
}

TEST_F(AliasSanitizerTest, AByValueParameterIsAView) {
  auto a = zeros<int>({3});
  const auto clear = [](Array<int> parameter) { parameter.fill(9); };
  clear(a);
  a.sum();
  EXPECT_EQ(the_report().change->direction, Direction::kBaseThroughView);
}

TEST_F(AliasSanitizerTest, DeclaredAliasesAndInPlaceExpressionsAreNoSurprise) {
  auto a = zeros<int>({3, 3}).label("a");
  auto row = a[0].ref();
  row.fill(1);
  a[1] = 2;
  a.T()[2] += 5;
  a[1][2] = 4;
  a[slice(0, 2)](1, 1) = 3;
  auto other = row;  // a copy of a ref is one more of its value
  other(0) = 8;
  EXPECT_EQ(a.sum() + row.sum() + other.sum(), a.sum() + 2 * row.sum());
  expect_silence();
}

TEST_F(AliasSanitizerTest, ChangedBackIsNotChanged) {
  auto a = ones<double>({4});
  auto view = a[slice(0, 2)];
  view(0) = 5;
  view(0) = 1;
  a.sum();
  expect_silence();
}

TEST_F(AliasSanitizerTest, OverwritingWhatAnotherWroteSettlesIt) {
  auto a = ones<double>({4});
  auto view = a[slice(0, 2)];
  view.fill(5);
  a[slice(0, 2)] = 7;
  a.sum();
  expect_silence();
}

TEST_F(AliasSanitizerTest, InterleavedViewsAreNotAliases) {
  auto a = zeros<int>({10});
  auto even = a[slice(none, none, 2)].ref();
  auto odd = a[slice(1, none, 2)];
  even.fill(1);
  odd.sum();
  expect_silence();
}

TEST_F(AliasSanitizerTest, BitsAreCompared) {
  auto a = array<double>({0.0, std::numeric_limits<double>::quiet_NaN()});
  auto view = a[all];
  view(1) = std::numeric_limits<double>::quiet_NaN();
  a.sum();
  expect_silence();  // the same bits, though NaN != NaN
  view(0) = -0.0;
  a.sum();
  EXPECT_EQ(the_report().change->now, "-0.0");  // other bits, though -0.0 == 0.0
}

TEST_F(AliasSanitizerTest, EveryKindOfReadIsSeen) {
  const std::vector<std::pair<const char*, void (*)(Array<int>&)>> reads = {
      {"element", [](Array<int>& a) { static_cast<void>(std::as_const(a)(1)); }},
      {"proxy", [](Array<int>& a) { static_cast<void>(static_cast<int>(a(1))); }},
      {"reduction", [](Array<int>& a) { a.min(); }},
      {"along an axis", [](Array<int>& a) { a.sum(0); }},
      {"printing", [](Array<int>& a) { to_string(a); }},
      {"copy", [](Array<int>& a) { a.copy(); }},
      {"take", [](Array<int>& a) { static_cast<void>(a[index_list({1})]); }},
      {"mask",
       [](Array<int>& a) {
         static_cast<void>(a[array<bool>({false, true, false})]);
       }},
      {"operator", [](Array<int>& a) { a + 1; }},
      {"comparison", [](Array<int>& a) { static_cast<void>(a > 1); }},
      {"source", [](Array<int>& a) { zeros<int>({3}).assign(a); }},
      {"in place", [](Array<int>& a) { a += 1; }},
      {"view", [](Array<int>& a) { a[slice(1, 2)].sum(); }},
      {"span", [](Array<int>& a) { a.span<1>(); }},
      {"conversion", [](Array<int>& a) { a.astype<double>(); }},
  };
  for (const auto& [name, read] : reads) {
    SCOPED_TRACE(name);
    const std::int64_t before = collecting_sanitizer().coverage().findings;
    auto a = zeros<int>({3});
    auto view = a[all];
    view(1) = 1;
    read(a);
    EXPECT_EQ(collecting_sanitizer().coverage().findings, before + 1);
  }
}

TEST_F(AliasSanitizerTest, ASpansChangedElementsAreItsWrite) {
  auto a = zeros<int>({4});
  auto view = a[all].label("view");
  {
    auto span = view.mutable_span<1>();
    span(2) = 5;
    span(3) = 0;
  }
  a.sum();
  const Report report = the_report();
  EXPECT_EQ(report.change->read.index, Dims({2}));
  EXPECT_EQ(report.change->changed_elements, 1);
}

TEST_F(AliasSanitizerTest, AMaskedWriteIsOfTheChosenElements) {
  auto a = array<int>({1, 2, 3, 4});
  auto view = a[all];
  a(0) = 10;                   // view's twin still has 1
  view[index_list({2})] = 30;  // does not settle element 0
  view.sum();
  EXPECT_EQ(the_report().change->read.index, Dims({0}));
}

TEST_F(AliasSanitizerTest, OneReportForOnePlace) {
  auto a = zeros<int>({3});
  auto view = a[all];
  for (int i = 1; i <= 5; ++i) {
    view(0) = i;
    a.sum();
  }
  EXPECT_EQ(take_reports().size(), 1u);
}

TEST_F(AliasSanitizerTest, TheWriterMayBeGone) {
  auto a = zeros<int>({3}).label("a");
  {
    auto view = a[slice(1, 3)].label("short-lived");
    view(0) = 4;
  }
  a.sum();
  const Report report = the_report();
  EXPECT_EQ(report.change->written->array, "short-lived");
  EXPECT_EQ(report.change->written->index, Dims({0}));
}

TEST_F(AliasSanitizerTest, CountsWhatTheProgramDid) {
  const alsan::Coverage before = collecting_sanitizer().coverage();
  auto a = zeros<int>({4});
  a(0) = 1;  // nobody else can read it
  auto ref = a.ref();
  a(0) = 2;  // only the same value can
  auto view = a[slice(0, 2)];
  a(0) = 3;  // another can
  a(3) = 4;  // only the ref can
  const alsan::Coverage after = collecting_sanitizer().coverage();
  EXPECT_EQ(after.arrays - before.arrays, 1);
  EXPECT_EQ(after.views - before.views, 2);
  EXPECT_EQ(after.writes - before.writes, 4);
  EXPECT_EQ(after.aliased - before.aliased, 3);
  EXPECT_EQ(after.declared - before.declared, 2);
}

TEST_F(AliasSanitizerTest, CopyOnWriteModeHasNoSurprises) {
  ScopedMode mode(Mode::kCopyOnWrite);
  auto a = zeros<int>({4});
  auto view = a[all];
  view.fill(3);
  EXPECT_EQ(a.sum(), 0);
  a.fill(1);
  EXPECT_EQ(view.sum(), 12);
  expect_silence();
}

TEST_F(AliasSanitizerTest, ShowsTheTreeWithLabels) {
  auto a = zeros<int>({2, 3}).label("a");
  auto row = a[1].label("row");
  auto turned = a.T();
  EXPECT_EQ(collecting_sanitizer().view_tree_text(row.handle().node()),
            "a (2,3)\n"
            "├── row (3,) = [1]\n"
            "└── a.T (3,2) = .T\n");
}

TEST(CoverageLineTest, IsTheContracts) {
  EXPECT_EQ(alsan::coverage_line({14, 9, 31, 5, 1, 2, 1, 0}),
            "AliasSanitizer: 14 arrays, 9 views, 31 writes (5 aliased, 1 declared), 2 findings "
            "(1 distinct), 0 suppressed");
}

// `v[mask]` reads, but not where it is the left side of an assignment.
TEST_F(AliasSanitizerTest, TheLeftSideIsNotRead) {
  Array<int> base = array<int>({1, 2, 3, 4}).label("base");
  Array<int> view = base[all].label("view");
  base[0] = 10;  // in place: the value of `base`
  const Array<bool> mask = array<bool>({true, false, false, true});
  view[index_list({0})] = 7;  // what `view` holds from now on
  expect_silence();
  base[1] = 20;
  view[index_list({1, 2})] = array<int>({5, 6});
  expect_silence();
  base[3] = 40;
  const auto read = view[mask];
  const int first = read(0);
  EXPECT_EQ(first, 7);
  EXPECT_EQ(the_report().change->read.array, "view");
  base[2] = 30;
  view[index_list({2})] += 1;
  EXPECT_EQ(the_report().change->now, "30");
}

}  // namespace
}  // namespace cow
