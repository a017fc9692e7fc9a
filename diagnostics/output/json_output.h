#ifndef COW_DIAGNOSTICS_OUTPUT_JSON_OUTPUT_H_
#define COW_DIAGNOSTICS_OUTPUT_JSON_OUTPUT_H_

#include <string>

#include "cow/diagnostics/coverage.h"
#include "cow/diagnostics/report.h"

namespace cow::alsan {

/// An event as a line of JSON, with its newline: {"event":"report","rule":"AS001",...}. Bytes that
/// are not UTF-8 are replaced.
std::string report_json(const Report& report);

/// {"event":"write","through":"slice",...}.
std::string write_json(const WriteLine& write);

/// {"event":"exit","arrays":14,...}.
std::string coverage_json(const Coverage& coverage);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_OUTPUT_JSON_OUTPUT_H_
