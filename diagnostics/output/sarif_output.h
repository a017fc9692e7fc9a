#ifndef COW_DIAGNOSTICS_OUTPUT_SARIF_OUTPUT_H_
#define COW_DIAGNOSTICS_OUTPUT_SARIF_OUTPUT_H_

#include <string>

#include "absl/types/span.h"
#include "cow/diagnostics/coverage.h"
#include "cow/diagnostics/report.h"

namespace cow::alsan {

/// Reports as SARIF 2.1.0 (OASIS), for code-scanning services: a result each, at the line that is
/// to blame, with the other sites as related locations and as a code flow. Fingerprints stay the
/// same while lines move within a function.
std::string sarif_document(absl::Span<const Report> reports, const Coverage& coverage);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_OUTPUT_SARIF_OUTPUT_H_
