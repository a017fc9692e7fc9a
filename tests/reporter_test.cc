#include "cow/diagnostics/reporter.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "cow/tests/sample_report.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

constexpr RuleId kRule = RuleId::kSurpriseMutation;

/// A reporter whose reports are kept.
class ReporterTest : public ::testing::Test {
 protected:
  Reporter& reporter() {
    if (!reporter_) {
      reporter_.emplace(options_);
      reporter_->set_handler([this](const Report& report) { reports_.push_back(report); });
    }
    return *reporter_;
  }

  /// A finding of `view_site`; `line` is where it was written.
  bool add(StackId view_site, int line, bool is_meant = false, bool promised = false) {
    return reporter().add({kRule, 1, view_site}, is_meant, promised, {}, [&] {
      ++built_;
      Report report = tour_report();
      for (ReportEvent& event : report.events) event.frames = {main_at(line)};
      return report;
    });
  }

  Coverage counts() { return reporter().complete({}); }
  void expect_counts(std::int64_t findings, std::int64_t distinct, std::int64_t suppressed) {
    EXPECT_EQ(counts().findings, findings);
    EXPECT_EQ(counts().distinct, distinct);
    EXPECT_EQ(counts().suppressed, suppressed);
  }

  Options options_;
  std::optional<Reporter> reporter_;
  std::vector<Report> reports_;
  int built_ = 0;
};

TEST_F(ReporterTest, ReportsEachFindingOnce) {
  EXPECT_FALSE(add(1, 48));
  EXPECT_FALSE(add(1, 48));
  EXPECT_EQ(built_, 1);  // the second is known by its sites
  EXPECT_FALSE(add(2, 48));
  EXPECT_EQ(built_, 2);  // the third by its lines
  EXPECT_EQ(reports_.size(), 1);
  expect_counts(3, 1, 0);
  add(3, 49);
  EXPECT_EQ(reports_.size(), 2);
  expect_counts(4, 2, 0);
  EXPECT_FALSE(reports_[0].is_error);
}

TEST_F(ReporterTest, CountsWhatIsMeantAsSuppressed) {
  EXPECT_FALSE(add(1, 48, true));
  EXPECT_EQ(built_, 0);
  expect_counts(0, 0, 1);
  EXPECT_EQ(reporter().finish({}), 0);
}

TEST_F(ReporterTest, IsOnWhereTheModeAndTheRuleAre) {
  for (Mode mode : {Mode::kOff, Mode::kLog, Mode::kCow, Mode::kForecast}) {
    options_.mode = mode;
    EXPECT_FALSE(reporter().is_on(kRule) || reporter().is_on(kRule, true));
  }
  for (Mode mode : {Mode::kWarn, Mode::kError}) {
    options_.mode = mode;
    EXPECT_TRUE(reporter().is_on(kRule));
  }
  options_.severity_of(kRule) = Severity::kOff;
  EXPECT_FALSE(reporter().is_on(kRule));
  EXPECT_TRUE(reporter().is_on(kRule, true));
  EXPECT_FALSE(add(1, 48));
  expect_counts(0, 0, 0);
}

TEST_F(ReporterTest, ErrorsEndTheProgram) {
  EXPECT_TRUE(add(1, 48, false, true));
  EXPECT_TRUE(reports_.back().is_error);
  options_.severity_of(kRule) = Severity::kError;
  EXPECT_TRUE(add(2, 49));
  options_.severity_of(kRule) = Severity::kWarn;
  options_.mode = Mode::kError;
  EXPECT_TRUE(add(3, 50));
  options_.mode = Mode::kWarn;
  EXPECT_FALSE(add(4, 51));
  EXPECT_FALSE(reports_.back().is_error);
  options_.halt_on_error = true;
  EXPECT_TRUE(add(5, 52));
  EXPECT_FALSE(reports_.back().is_error);
}

TEST_F(ReporterTest, ACollectionTakesFindingsInEveryMode) {
  options_.mode = Mode::kOff;
  add(1, 48);
  Collection collection;
  EXPECT_EQ(reporter().collect_into(&collection), nullptr);
  EXPECT_FALSE(add(1, 48, false, true));
  add(1, 48);
  add(2, 48);
  EXPECT_EQ(collection.findings, 3);
  EXPECT_EQ(collection.reports.size(), 1);
  EXPECT_TRUE(reports_.empty());
  expect_counts(0, 0, 0);
  EXPECT_EQ(reporter().collect_into(nullptr), &collection);
  add(3, 49);
  EXPECT_EQ(collection.findings, 3);
}

TEST_F(ReporterTest, FindingsDecideTheExitCode) {
  EXPECT_EQ(reporter().finish({}), 0);
  add(1, 48);
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(reporter().finish({}), 67);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), coverage_line(counts()) + "\n");
  options_.exitcode = 0;
  EXPECT_EQ(reporter().finish({}), 0);
}

}  // namespace
}  // namespace cow::alsan
