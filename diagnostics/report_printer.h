#ifndef COW_DIAGNOSTICS_REPORT_PRINTER_H_
#define COW_DIAGNOSTICS_REPORT_PRINTER_H_

#include <string>

#include "cow/diagnostics/report.h"

namespace cow::alsan {

/// What a printed report shows besides the report.
struct PrintOptions {
  int pid = 0;
  /// With ANSI colours, as on a terminal.
  bool color = false;
};

/// `report` as text: lines that each end with a newline, from a line of '=' to the SUMMARY.
/// Control characters in its texts are shown as '?'.
std::string print_text(const Report& report, const PrintOptions& options);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_REPORT_PRINTER_H_
