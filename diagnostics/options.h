#ifndef COW_DIAGNOSTICS_OPTIONS_H_
#define COW_DIAGNOSTICS_OPTIONS_H_

#include <string>
#include <string_view>
#include <vector>

/// A program may define this to set its own defaults, in the syntax of `ALSAN_OPTIONS`; the
/// environment overrides them. Called once, before `main`; may return null.
extern "C" const char* alsan_default_options();

namespace cow::alsan {

/// What AliasSanitizer does.
enum class Mode { kOff, kLog, kWarn, kError, kCow };

/// When a surprise is reported: at the read that sees it, or already at the write.
enum class ReportOn { kRead, kWrite };

/// When reports are coloured; `kAuto` means on a terminal.
enum class Color { kAuto, kAlways, kNever };

/// Run-time options, each with its default. `options_help()` says what they mean.
struct Options {
  Mode mode = Mode::kWarn;
  ReportOn report_on = ReportOn::kRead;
  bool halt_on_error = false;
  int exitcode = 67;
  std::string log_path = "stderr";
  int verbosity = 0;
  bool help = false;
  bool symbolize = true;
  int stack_depth = 16;
  int max_log_entries = 1 << 16;
  Color color = Color::kAuto;
  std::string strip_path_prefix;

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
