#ifndef COW_DIAGNOSTICS_OPTIONS_H_
#define COW_DIAGNOSTICS_OPTIONS_H_

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "cow/diagnostics/rule.h"

/// A program may define this to set its own defaults, in the syntax of `ALSAN_OPTIONS`; the
/// environment overrides them. Called once, before `main`; may return null.
extern "C" const char* alsan_default_options();

namespace cow::alsan {

/// What AliasSanitizer does.
enum class Mode { kOff, kLog, kWarn, kError, kCow, kForecast };

/// When a surprise is reported: at the read that sees it, or already at the write.
enum class ReportOn { kRead, kWrite };

/// When reports are coloured; `kAuto` means on a terminal.
enum class Color { kAuto, kAlways, kNever };

/// The form of reports.
enum class Output { kText, kJson, kSarif, kHtml, kDot };

/// How writes through raw pointers are seen; `docs/raw_writes.md` compares them.
enum class RawWrites { kOff, kProtect, kTrace, kProbe };

/// What `Options` says of each rule at first.
std::array<Severity, kRuleCount> default_severities();

/// Run-time options, each with its default. `options_help()` says what they mean.
struct Options {
  Mode mode = Mode::kWarn;
  ReportOn report_on = ReportOn::kRead;
  bool halt_on_error = false;
  int exitcode = 67;
  std::string log_path = "stderr";
  Output output = Output::kText;
  std::string suppressions;
  bool print_suppressions = true;
  /// By `RuleId`.
  std::array<Severity, kRuleCount> severity = default_severities();
  int verbosity = 0;
  /// Empty; "1" for the list of options; or the code of a rule, for its page.
  std::string help;
  bool symbolize = true;
  int stack_depth = 16;
  int max_log_entries = 1 << 16;
  /// Of as many reads one is looked at.
  int sample = 1;
  /// Record all writes, from the start, so that drawings show them.
  bool blame = false;
  RawWrites raw_writes = RawWrites::kOff;
  Color color = Color::kAuto;
  std::string strip_path_prefix;

  Severity& severity_of(RuleId rule) { return severity[static_cast<std::size_t>(rule)]; }
  Severity severity_of(RuleId rule) const { return severity[static_cast<std::size_t>(rule)]; }

  friend bool operator==(const Options&, const Options&) = default;
};

/// Reads `name=value` pairs, separated by ':', ',' or blanks, into `*options`; values may be quoted
/// with ' or ". Later pairs win. Returns a line for each unknown name and each malformed value,
/// which leave `*options` as it was. Never fails, whatever the bytes of `text`; O(size of text).
std::vector<std::string> parse_options(std::string_view text, Options* options);

/// The options of this process: defaults, then `alsan_default_options()`, then the environment
/// variable `ALSAN_OPTIONS`. Appends what was wrong with them to `*warnings`.
Options options_from_environment(std::vector<std::string>* warnings);

/// The text of `help=1`: every option with its default, its values and what it does.
std::string options_help();

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_OPTIONS_H_
