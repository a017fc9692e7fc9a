#ifndef COW_DIAGNOSTICS_REPORTER_H_
#define COW_DIAGNOSTICS_REPORTER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "cow/diagnostics/collection.h"
#include "cow/diagnostics/coverage.h"
#include "cow/diagnostics/options.h"
#include "cow/diagnostics/report.h"
#include "cow/diagnostics/report_writer.h"
#include "cow/diagnostics/rule.h"
#include "cow/diagnostics/stack.h"
#include "cow/diagnostics/suppressions.h"

namespace cow::alsan {

/// Decides which findings become reports: each once, those that are off, meant or suppressed never.
class Reporter {
 public:
  explicit Reporter(const Options& options);

  /// Instead of printing.
  void set_handler(std::function<void(const Report&)> handler) { handler_ = std::move(handler); }

  /// While it is not null, findings go there instead: in every mode, and none is printed, counted
  /// or the end of the program. Returns what it was.
  Collection* collect_into(Collection* collection) {
    return std::exchange(collection_, collection);
  }

  /// What makes findings equal. Sites are cheap to compare; equal lines are found when the report
  /// is made.
  using Key = SeenFindings::Key;

  /// Is there anything to do for this rule? `promised`: the caller said that it cannot happen.
  bool is_on(RuleId rule, bool promised = false) const;

  /// One more finding; `build` is called if it is a new one. `is_meant`: the program said so.
  /// Returns whether the program is to end.
  bool add(const Key& key, bool is_meant, bool promised, const Coverage& so_far,
           absl::FunctionRef<Report()> build);

  /// Adds what was found to the counts of a coverage.
  Coverage complete(Coverage coverage) const;

  /// The last lines; returns the exit code that findings call for, 0 if none.
  int finish(const Coverage& coverage);

  ReportWriter& writer() { return writer_; }

 private:
  const Options& options_;
  ReportWriter writer_;
  Suppressions suppressions_;
  std::function<void(const Report&)> handler_;
  std::int64_t findings_ = 0, distinct_ = 0, suppressed_ = 0;
  SeenFindings seen_;
  Collection* collection_ = nullptr;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_REPORTER_H_
