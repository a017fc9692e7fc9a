#ifndef COW_DIAGNOSTICS_FORECAST_BILL_H_
#define COW_DIAGNOSTICS_FORECAST_BILL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cow/core/dims.h"
#include "cow/diagnostics/frame.h"

namespace cow::alsan {

/// What `mode=forecast` says at the end: plain data.
struct ForecastBill {
  /// A line whose writes would detach.
  struct Line {
    Frame where;
    std::int64_t detaches = 0;
    Index bytes = 0;  // copied
  };
  /// A line whose reads would give something else.
  struct ChangedRead {
    Frame where;
    Frame written;
    std::int64_t reads = 0;
    std::int64_t elements = 0;
  };

  std::vector<Line> lines;                 // most bytes first
  std::vector<ChangedRead> changed_reads;  // most reads first
  /// Writes that would be refused with `ReadOnlyError`.
  std::int64_t refused_writes = 0;
  /// Calls of `copy()` that would share memory until one side is written.
  std::int64_t deferred_copies = 0;
  Index deferred_bytes = 0;
  /// Views made of memory that was open for writing through a span: they would copy it.
  std::int64_t lease_copies = 0;
  Index lease_copy_bytes = 0;
  /// Of all arrays, in copy-on-write mode and in this run.
  Index peak_bytes = 0;
  Index peak_bytes_now = 0;

  std::int64_t detaches() const;
  Index bytes() const;
  /// Reads whose result would be another.
  std::int64_t reads() const;
};

/// As text: lines that each end with a newline.
std::string forecast_text(const ForecastBill& bill, int pid);

/// As a line of JSON, with its newline: {"event":"forecast","detaches":2,...}.
std::string forecast_json(const ForecastBill& bill);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_FORECAST_BILL_H_
