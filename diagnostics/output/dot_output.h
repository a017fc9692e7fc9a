#ifndef COW_DIAGNOSTICS_OUTPUT_DOT_OUTPUT_H_
#define COW_DIAGNOSTICS_OUTPUT_DOT_OUTPUT_H_

#include <string>

#include "absl/types/span.h"
#include "cow/diagnostics/report.h"

namespace cow::alsan {

/// The view trees of reports as a Graphviz graph: a cluster a report, red what was written, blue
/// what was read, dashed what was dropped.
std::string dot_document(absl::Span<const Report> reports);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_OUTPUT_DOT_OUTPUT_H_
