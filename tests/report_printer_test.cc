#include "cow/diagnostics/report_printer.h"

#include <cstddef>
#include <string>
#include <vector>

#include "cow/tests/sample_report.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// The example of the documentation.
constexpr const char* kGolden =
    R"(=================================================================
==4242==WARNING: AliasSanitizer: surprise-mutation (AS001) of 'original' through its view 'slice'
READ of original[1,1]: 999, was 6
    #0 main examples/tour.cc:52
WRITTEN through slice[0,0] = original[1,1] (1 of 12 elements changed)
    #0 main examples/tour.cc:48
'slice' int64 (2,2) strides (32,8) = original[1:3, 1:3], made at
    #0 main examples/tour.cc:31
'original' int64 (3,4), buffer #1, 96 bytes, made at
    #0 main examples/tour.cc:24
View tree of buffer #1:
  original (3,4)                    <- read here
  ├── slice = [1:3, 1:3]            <- written here
  ├── reshaped = .reshape(4, 3)        also changed: [1,2]
  └── transposed = .T                  also changed: [1,1]
Memory:  . . . .   . W # .   . # # .   (W written, # slice, . original)
FIX: write to slice.copy(), declare it with .ref() if meant, or run with ALSAN_OPTIONS=mode=cow
SUMMARY: AliasSanitizer: surprise-mutation examples/tour.cc:48 in main
)";

std::string printed(const Report& report) { return print_text(report, {4242, false}); }

TEST(ReportPrinterTest, PrintsTheExampleToTheLetter) { EXPECT_EQ(printed(tour_report()), kGolden); }

TEST(ReportPrinterTest, ErrorsSayError) {
  Report report = tour_report();
  report.is_error = true;
  const std::string text = print_text(report, {17, false});
  EXPECT_THAT(text, HasSubstr("\n==17==ERROR: AliasSanitizer: surprise-mutation (AS001) of "));
  EXPECT_THAT(text, Not(HasSubstr("WARNING")));
}

TEST(ReportPrinterTest, ColourAddsOnlyEscapes) {
  Report report = tour_report();
  report.is_error = true;
  std::string text = print_text(report, {4242, true});
  EXPECT_THAT(text, HasSubstr("\033[1m\033[31m==4242==ERROR"));
  for (std::size_t at; (at = text.find('\033')) != text.npos;) {
    text.erase(at, text.find('m', at) - at + 1);
  }
  EXPECT_EQ(text, printed(report));
  EXPECT_THAT(printed(tour_report()), Not(HasSubstr("\033")));
}

TEST(ReportPrinterTest, DirectionsHaveTheirWords) {
  ElementChange change = tour_change();
  change.read = {"slice", {0, 0}};
  change.written = {"original", {1, 1}};
  change.direction = Direction::kViewThroughBase;
  EXPECT_THAT(printed(tour_report(change)),
              AllOf(HasSubstr("of 'slice' through its base 'original'\nREAD of slice[0,0]: 999"),
                    HasSubstr("WRITTEN through original[1,1] = slice[0,0] (")));
  change.direction = Direction::kSibling;
  EXPECT_THAT(printed(tour_report(change)),
              HasSubstr("of 'slice' through its sibling 'original'\n"));
}

TEST(ReportPrinterTest, ValuesStandAtTheWriteIfNothingWasRead) {
  EXPECT_THAT(printed(tour_report(tour_change(), false)),
              AllOf(HasSubstr("'slice'\nWRITTEN through slice[0,0] = original[1,1]: 999, was 6 (1 "
                              "of 12 elements changed)\n    #0 main examples/tour.cc:48\n"),
                    Not(HasSubstr("READ of"))));
}

TEST(ReportPrinterTest, StacksAreNumberedAndMayBePartlyUnknown) {
  Report report = tour_report();
  report.events[0].frames = {
      {"f", "a.cc", 1}, {"g", "", 0}, {"", "(app+0x12)", 0}, {"main", "a.cc", 0}};
  report.events[1].frames = {};
  report.summary_site = {};
  const std::string text = printed(report);
  EXPECT_THAT(text, HasSubstr("    #0 f a.cc:1\n    #1 g\n    #2 (app+0x12)\n    #3 main a.cc\n"));
  EXPECT_THAT(text, HasSubstr("changed)\n    (place unknown)\n"));
  EXPECT_THAT(text, HasSubstr("\nSUMMARY: AliasSanitizer: surprise-mutation\n"));
}

TEST(ReportPrinterTest, TreeOfAnyDepth) {
  Report report = tour_report();
  report.tree = {{0, "a", "(9,)", "", ""},  {1, "b", "[1:]", "", ""},  {2, "c", "[1:]", "", ""},
                 {3, "d", ".T", "", ""},    {2, "e", "[2:]", "", "x"}, {1, "f", "[3:]", "", ""},
                 {2, "g", ".ref()", "", ""}};
  EXPECT_THAT(printed(report), HasSubstr(R"(:
  a (9,)
  ├── b = [1:]
  │   ├── c = [1:]
  │   │   └── d = .T
  │   └── e = [2:]                     x
  └── f = [3:]
      └── g = .ref()
Memory:)"));
}

TEST(ReportPrinterTest, LongTreeRowsMoveTheArrowsAlike) {
  Report report = tour_report();
  const std::string name(60, 'n');
  report.tree = {{0, "größe", "(2,)", "read here", "also changed: [0]"},
                 {1, name, ".T", "written here", ""}};
  EXPECT_THAT(printed(report), HasSubstr("\n  größe (2,)" + std::string(73 - 12, ' ') +
                                         "<- read here; also changed: [0]\n  └── " + name +
                                         " = .T  <- written here\n"));
}

TEST(ReportPrinterTest, LargeMemoryIsScaledAndWrapped) {
  Report report = tour_report();
  report.memory = draw_memory(32'000, 10, [](Index begin, Index) { return begin == 0 ? 'W' : '.'; },
                              {{'W', "written"}, {'.', "original"}});
  EXPECT_THAT(printed(report), HasSubstr("\nMemory:  W . . . . . . .   . . . . . . . .   . . . . . "
                                         ". . .   . . . . . . . .\n         (a cell is 1000 "
                                         "elements: W written, . original)\n"));
  report.memory.rows = {std::string(30, '.'), std::string(30, '#')};
  EXPECT_THAT(printed(report), HasSubstr(" . .\n         # # "));
}

TEST(ReportPrinterTest, PartsThatAreNotThereAreLeftOut) {
  Report report = tour_report();
  report.tree.clear();
  report.memory.rows.clear();
  report.fix.clear();
  EXPECT_THAT(printed(report),
              AllOf(Not(HasSubstr("View tree")), Not(HasSubstr("Memory")), Not(HasSubstr("FIX"))));
}

TEST(ReportPrinterTest, ScalarsAndVectors) {
  ElementChange change = tour_change();
  change.read = {"total", {}};
  change.total_elements = 1;
  Report report = tour_report(change);
  report.arrays = {{"total", "bool", {}, {}, base_origin(2, 1), {}},
                   {"line", "bool", {4}, {-8}, view_origin("x[::-1]"), {}}};
  EXPECT_THAT(printed(report),
              AllOf(HasSubstr("READ of total[()]: "), HasSubstr("(1 of 1 element changed)"),
                    HasSubstr("'total' bool (), buffer #2, 1 bytes, made at\n"),
                    HasSubstr("'line' bool (4,) strides (-8,) = x[::-1], made at\n")));
}

TEST(ReportPrinterTest, LabelsCannotForgeLines) {
  ElementChange change = tour_change();
  change.read.array = "a\n==1==ERROR\x1b[2J\x7f";
  change.now = "\r";
  const std::string text = printed(tour_report(change));
  EXPECT_THAT(text, HasSubstr("of 'a?==1==ERROR?[2J?' through"));
  EXPECT_THAT(text, HasSubstr(": ?, was 6\n"));
  for (const char* unwanted : {"\x1b", "\x7f", "\r", "\n==1"}) {
    EXPECT_THAT(text, Not(HasSubstr(unwanted)));
  }
}

TEST(ReportPrinterTest, EmptyReportIsSafe) { EXPECT_THAT(printed(Report()), StartsWith("======")); }

}  // namespace
}  // namespace cow::alsan
