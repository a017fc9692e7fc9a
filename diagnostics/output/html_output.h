#ifndef COW_DIAGNOSTICS_OUTPUT_HTML_OUTPUT_H_
#define COW_DIAGNOSTICS_OUTPUT_HTML_OUTPUT_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/types/span.h"
#include "cow/diagnostics/coverage.h"
#include "cow/diagnostics/report.h"

namespace cow::alsan {

/// The text of a source file as reports name it; nothing if it cannot be read.
using SourceReader = std::function<std::optional<std::string>(const std::string& path)>;

/// Reads below the current folder, or below the workspace that `bazel run` was started in.
std::optional<std::string> read_source(const std::string& path);

/// Reports as one self-contained page: view tree, memory map drawn to scale, writes in the order of
/// time, source lines. No network, no other files.
std::string html_document(absl::Span<const Report> reports, const Coverage& coverage,
                          const SourceReader& source = read_source);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_OUTPUT_HTML_OUTPUT_H_
