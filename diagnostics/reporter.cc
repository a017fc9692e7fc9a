#include "cow/diagnostics/reporter.h"

#include "absl/strings/str_cat.h"

namespace cow::alsan {

Reporter::Reporter(const Options& options) : options_(options), writer_(options) {
  if (options.suppressions.empty()) return;
  for (const std::string& warning : suppressions_.add_file(options.suppressions)) {
    writer_.say(absl::StrCat("AliasSanitizer: ", warning, "\n"));
  }
}

bool Reporter::is_on(RuleId rule, bool promised) const {
  const bool reports = options_.mode == Mode::kWarn || options_.mode == Mode::kError;
  if (!reports && collection_ == nullptr) return false;
  return promised || options_.severity_of(rule) != Severity::kOff;
}

bool Reporter::add(const Key& key, bool is_meant, bool promised, const Coverage& so_far,
                   absl::FunctionRef<Report()> build) {
  if (!is_on(key.rule, promised)) return false;
  if (is_meant) {
    ++suppressed_;
    return false;
  }
  SeenFindings& seen_before = collection_ == nullptr ? seen_ : collection_->seen;
  std::int64_t& findings = collection_ == nullptr ? findings_ : collection_->findings;
  const auto [seen, is_new] = seen_before.sites.try_emplace(key, false);
  if (!is_new) {
    ++(seen->second ? suppressed_ : findings);
    return false;
  }
  Report report = build();
  if (suppressions_.suppress(report)) {
    seen->second = true;
    ++suppressed_;
    return false;
  }
  ++findings;
  if (!seen_before.reports.insert(dedup_key(report)).second) return false;
  if (collection_ != nullptr) {
    collection_->reports.push_back(std::move(report));
    return false;
  }
  ++distinct_;
  const bool is_error = promised || options_.mode == Mode::kError ||
                        options_.severity_of(key.rule) == Severity::kError;
  report.is_error = is_error;
  if (handler_) {
    handler_(report);
  } else {
    writer_.report(report, complete(so_far));
  }
  return is_error || options_.halt_on_error;
}

Coverage Reporter::complete(Coverage coverage) const {
  coverage.findings = findings_;
  coverage.distinct = distinct_;
  coverage.suppressed = suppressed_;
  return coverage;
}

int Reporter::finish(const Coverage& coverage) {
  if (options_.print_suppressions) {
    if (const std::string used = suppressions_.summary(); !used.empty()) writer_.say(used);
  }
  if (findings_ > 0 || options_.verbosity >= 1) writer_.exit_line(complete(coverage));
  return findings_ > 0 ? options_.exitcode : 0;
}

}  // namespace cow::alsan
