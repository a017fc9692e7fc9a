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

std::vector<alsan::Report> take_reports() { return std::exchange(reports, {}); }

}  // namespace cow::testing
