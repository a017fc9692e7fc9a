#include "cow/tests/sanitizer_testing.h"

#include <utility>

namespace cow::testing {
namespace {

std::vector<alsan::Report> reports;

}  // namespace

alsan::AliasSanitizer& collecting_sanitizer(const alsan::Options& options) {
  static alsan::AliasSanitizer* const installed = [&] {
    alsan::AliasSanitizer* made = alsan::install_alias_sanitizer(options);
    made->set_report_handler([](const alsan::Report& report) { reports.push_back(report); });
    return made;
  }();
  return *installed;
}

alsan::Options only_surprises() {
  alsan::Options options;
  options.severity.fill(alsan::Severity::kOff);
  options.severity_of(alsan::RuleId::kSurpriseMutation) = alsan::Severity::kWarn;
  return options;
}

std::vector<alsan::Report> take_reports() { return std::exchange(reports, {}); }

}  // namespace cow::testing
