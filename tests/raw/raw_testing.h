#ifndef COW_TESTS_RAW_RAW_TESTING_H_
#define COW_TESTS_RAW_RAW_TESTING_H_

#include <string>
#include <utility>
#include <vector>

#include "cow/tests/sanitizer_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::testing {

/// A test of one way to find raw writes. A report that it has not taken fails it.
class RawWritesTest : public ::testing::Test {
 protected:
  /// `file`: the test's, in which it writes.
  RawWritesTest(alsan::RawWrites how, std::string file) : file_(std::move(file)) {
    alsan::Options options;
    options.raw_writes = how;
    sanitizer_ = &collecting_sanitizer(options);
    take_reports();
  }
  void TearDown() override { expect_silence(); }

  /// The only report, which is of a raw write.
  static alsan::Report the_report() {
    const std::vector<alsan::Report> reports = take_reports();
    EXPECT_THAT(reports, ::testing::SizeIs(1));
    const alsan::Report report = reports.empty() ? alsan::Report() : reports[0];
    EXPECT_EQ(report.rule, "AS005") << report.headline;
    return report;
  }
  /// The same, where the write must have been found in `line` of the test's file.
  alsan::Report the_report(int line) const {
    const alsan::Report report = the_report();
    EXPECT_EQ(report.summary_site.line, line);
    EXPECT_THAT(report.summary_site.file, ::testing::HasSubstr(file_));
    return report;
  }
  static void expect_silence() {
    for (const alsan::Report& report : take_reports()) {
      ADD_FAILURE() << report.rule << " " << report.headline << " line "
                    << report.summary_site.line;
    }
  }

  alsan::AliasSanitizer* sanitizer_;

 private:
  const std::string file_;
};

}  // namespace cow::testing

#endif  // COW_TESTS_RAW_RAW_TESTING_H_
