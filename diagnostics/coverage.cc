#include "cow/diagnostics/coverage.h"

#include "absl/strings/str_cat.h"

namespace cow::alsan {

std::string coverage_line(const Coverage& coverage) {
  return absl::StrCat("AliasSanitizer: ", coverage.arrays, " arrays, ", coverage.views, " views, ",
                      coverage.writes, " writes (", coverage.aliased, " aliased, ",
                      coverage.declared, " declared), ", coverage.findings, " findings (",
                      coverage.distinct, " distinct), ", coverage.suppressed, " suppressed");
}

}  // namespace cow::alsan
