#include "cow/diagnostics/report_writer.h"

#include <unistd.h>

#include <algorithm>
#include <string>

#include "cow/diagnostics/read_file.h"
#include "cow/tests/sample_report.h"
#include "cow/tests/temporary_directory.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What a writer puts into a directory of the test's own.
class ReportWriterTest : public ::testing::Test {
 protected:
  ReportWriterTest() { options_.log_path = directory_.path() + "/log"; }

  /// Of `output`, the process's file with `extension`.
  std::string file(const std::string& extension) const {
    const auto text = read_file(options_.log_path + "." + std::to_string(getpid()) + extension);
    return text ? *text : "(no file)";
  }

  TemporaryDirectory directory_;
  Options options_;
};

TEST_F(ReportWriterTest, TextComesAnEventAtATime) {
  ReportWriter writer(options_);
  EXPECT_FALSE(writer.draws());
  writer.say("first\n");
  writer.report(tour_report(), {});
  const std::string so_far = file("");
  EXPECT_THAT(so_far, HasSubstr("SUMMARY: AliasSanitizer: surprise-mutation examples/tour.cc:48"));
  writer.log({"slice[0,0]", 2, 0, {main_at(7)}});
  Coverage coverage;
  coverage.arrays = 14;
  writer.exit_line(coverage);
  EXPECT_EQ(file(""), so_far +
                          "AliasSanitizer: write through slice[0,0] changed 2 elements that other "
                          "arrays can read at examples/tour.cc:7\n" +
                          coverage_line(coverage) + "\n");
}

TEST_F(ReportWriterTest, JsonIsALineAnEvent) {
  options_.output = Output::kJson;
  ReportWriter writer(options_);
  EXPECT_TRUE(writer.draws());
  writer.report(tour_report(), {});
  writer.log({"slice[0,0]", 1, 0, {}});
  writer.exit_line({});
  const std::string lines = file("");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 3);
  EXPECT_EQ(lines.front(), '{');
}

TEST_F(ReportWriterTest, DocumentsAreCompleteAfterEachReport) {
  const struct {
    Output output;
    const char* extension;
    const char* end;
  } kinds[] = {{Output::kSarif, ".sarif", "}\n"},
               {Output::kHtml, ".html", "</html>\n"},
               {Output::kDot, ".dot", "}\n"}};
  for (const auto& kind : kinds) {
    SCOPED_TRACE(kind.extension);
    options_.output = kind.output;
    ::testing::internal::CaptureStderr();
    ReportWriter writer(options_);
    EXPECT_EQ(writer.draws(), kind.output == Output::kHtml);
    EXPECT_EQ(file(kind.extension), "(no file)");
    Report report = tour_report();
    report.picture.emplace();
    writer.report(report, {});
    const std::string one = file(kind.extension);
    EXPECT_THAT(one, ::testing::EndsWith(kind.end));
    report.summary_site.line = 4711;
    report.events.back().frames = {main_at(4711)};
    writer.report(report, {});
    const std::string both = file(kind.extension);
    EXPECT_GT(both.size(), one.size());
    EXPECT_THAT(both, ::testing::EndsWith(kind.end));
    // Said once, with nothing else on the stream.
    const std::string said = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(said, HasSubstr("AliasSanitizer: report in " + options_.log_path));
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);
  }
}

TEST_F(ReportWriterTest, SaysWhereADocumentCannotBe) {
  options_.output = Output::kSarif;
  options_.log_path = directory_.path() + "/missing/log";
  ::testing::internal::CaptureStderr();
  ReportWriter(options_).report(tour_report(), {});
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("AliasSanitizer: cannot write " + options_.log_path));
  EXPECT_THAT(said, Not(HasSubstr("report in")));
}

}  // namespace
}  // namespace cow::alsan
