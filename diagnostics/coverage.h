#ifndef COW_DIAGNOSTICS_COVERAGE_H_
#define COW_DIAGNOSTICS_COVERAGE_H_

#include <cstdint>
#include <string>

namespace cow::alsan {

/// What a program did, as the line at its end tells it.
struct Coverage {
  std::int64_t arrays = 0;    // made from no other
  std::int64_t views = 0;     // made from another, temporaries too
  std::int64_t writes = 0;    // operations that write
  std::int64_t aliased = 0;   // of these: another live array can read the bytes
  std::int64_t declared = 0;  // of these: only arrays of the same value can
  std::int64_t findings = 0;
  std::int64_t distinct = 0;  // by rule, write site and view-creation site
  std::int64_t suppressed = 0;
};

/// "AliasSanitizer: 14 arrays, 9 views, ...", without a newline.
std::string coverage_line(const Coverage& coverage);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_COVERAGE_H_
