#ifndef COW_DIAGNOSTICS_REPORT_BUILDER_H_
#define COW_DIAGNOSTICS_REPORT_BUILDER_H_

#include <vector>

#include "cow/diagnostics/registry.h"
#include "cow/diagnostics/report.h"
#include "cow/diagnostics/surprise.h"
#include "cow/diagnostics/symbolizer.h"
#include "cow/diagnostics/write_log.h"

namespace cow::alsan {

/// What a surprise report is made of.
struct SurpriseFinding {
  const BufferRecord& buffer;
  const ArrayRecord& reader;
  /// Of one write; the first one is shown.
  const std::vector<Surprise>& surprises;
  /// Null if the log has dropped it.
  const LoggedWrite* write;
  /// Of the read; none if the finding was made at the write.
  bool has_read;
  StackId read_site;
};

/// How the reader is related to the array written, by how they were made.
Direction direction_of(const ArrayRecord& reader, const ArrayRecord& writer);

/// The report of a finding, with every site symbolized: milliseconds.
Report build_report(const SurpriseFinding& finding, const StackDepot& stacks,
                    const ResolveOptions& options);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_REPORT_BUILDER_H_
