#include "cow/diagnostics/options.h"

#include <algorithm>
#include <charconv>
#include <climits>
#include <cstddef>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "cow/diagnostics/stack.h"

// Weak here only, so that a program that includes the header defines an ordinary function.
extern "C" __attribute__((weak)) const char* alsan_default_options();

namespace cow::alsan {
namespace {

// What a hostile or mistyped environment may print.
constexpr std::size_t kMaxWarnings = 16;
constexpr std::size_t kMaxQuotedBytes = 64;

template <class E>
struct Word {
  const char* text;
  E value;
};

constexpr Word<bool> kBoolWords[] = {{"0", false},  {"1", true},      {"no", false},
                                     {"yes", true}, {"false", false}, {"true", true}};
constexpr Word<Mode> kModeWords[] = {{"off", Mode::kOff},   {"log", Mode::kLog},
                                     {"warn", Mode::kWarn}, {"error", Mode::kError},
                                     {"cow", Mode::kCow},   {"forecast", Mode::kForecast}};
constexpr Word<ReportOn> kReportOnWords[] = {{"read", ReportOn::kRead},
                                             {"write", ReportOn::kWrite}};
constexpr Word<Color> kColorWords[] = {
    {"auto", Color::kAuto}, {"always", Color::kAlways}, {"never", Color::kNever}};

constexpr Word<Output> kOutputWords[] = {{"text", Output::kText},
                                         {"json", Output::kJson},
                                         {"sarif", Output::kSarif},
                                         {"html", Output::kHtml},
                                         {"dot", Output::kDot}};
constexpr Word<RawWrites> kRawWritesWords[] = {{"off", RawWrites::kOff},
                                               {"protect", RawWrites::kProtect},
                                               {"trace", RawWrites::kTrace},
                                               {"probe", RawWrites::kProbe}};
constexpr Word<Severity> kSeverityWords[] = {
    {"off", Severity::kOff}, {"warn", Severity::kWarn}, {"error", Severity::kError}};

struct BoolFlag {
  bool Options::*field;
};
struct IntFlag {
  int Options::*field;
  int min;
  int max;
};
struct StringFlag {
  std::string Options::*field;
};
/// A truth value, or the code of a rule.
struct HelpFlag {};
struct SeverityFlag {
  RuleId rule;
};
template <class E>
struct WordFlag {
  E Options::*field;
  absl::Span<const Word<E>> words;
};

struct Flag {
  std::variant<BoolFlag, IntFlag, StringFlag, HelpFlag, SeverityFlag, WordFlag<Mode>,
               WordFlag<ReportOn>, WordFlag<RawWrites>, WordFlag<Color>, WordFlag<Output>>
      type;
  const char* name;
  const char* help;
};

// The one list of options: type, name, help. Defaults stand in `Options`.
constexpr Flag kFlags[] = {
    {WordFlag<Mode>{&Options::mode, kModeWords}, "mode",
     "off: do nothing; log: a line for each write that other arrays see; warn: report findings; "
     "error: end the program at the first; cow: make arrays copy-on-write; forecast: say at the "
     "end "
     "what cow would copy and change"},
    {WordFlag<ReportOn>{&Options::report_on, kReportOnWords}, "report_on",
     "report a surprise at the read that sees it, or already at the write"},
    {BoolFlag{&Options::halt_on_error}, "halt_on_error", "end the program at the first report"},
    {IntFlag{&Options::exitcode, 0, 255}, "exitcode",
     "exit code of the program if anything was reported; 0 leaves the program's own"},
    {StringFlag{&Options::log_path}, "log_path",
     "where reports go: stderr, stdout, or a file, to whose name the process id is appended"},
    {IntFlag{&Options::verbosity, 0, 9}, "verbosity",
     "1: print the coverage line even if nothing was found"},
    {HelpFlag{}, "help", "print this list, or the page of a rule"},
    {WordFlag<Output>{&Options::output, kOutputWords}, "output",
     "text and json are written as findings are made; sarif, html and dot are files, complete "
     "after "
     "each finding"},
    {StringFlag{&Options::suppressions}, "suppressions",
     "a file of findings to leave out: lines RULE:pattern, of a function, file or array"},
    {BoolFlag{&Options::print_suppressions}, "print_suppressions",
     "show at the end how often each suppression was used"},
    {SeverityFlag{RuleId::kSurpriseMutation}, "AS001", "what to do about this rule's findings"},
    {SeverityFlag{RuleId::kSelfOverlappingWrite}, "AS002", "the same"},
    {SeverityFlag{RuleId::kPartialOverlap}, "AS003", "the same"},
    {SeverityFlag{RuleId::kReadOnlyWrite}, "AS004", "the same"},
    {SeverityFlag{RuleId::kRawWrite}, "AS005", "the same"},
    {SeverityFlag{RuleId::kLostWrite}, "AS006", "the same"},
    {SeverityFlag{RuleId::kForeignChange}, "AS007", "the same"},
    {SeverityFlag{RuleId::kKeptAlive}, "AS008", "the same"},
    {IntFlag{&Options::sample, 1, INT_MAX}, "sample",
     "look at one of as many reads: cheaper, and later to find"},
    {BoolFlag{&Options::blame}, "blame",
     "record all writes from the start, for blame(a) and drawings: more memory and time"},
    {WordFlag<RawWrites>{&Options::raw_writes, kRawWritesWords}, "raw_writes",
     "how to find writes through raw pointers outside of spans; off: by comparison, at the next "
     "access; protect: read-only pages, so that the write itself is trapped; trace: a hook at each "
     "store of code built with --config=alias-stores; probe: the kernel says which pages to "
     "compare"},
    {BoolFlag{&Options::symbolize}, "symbolize",
     "show functions and lines; 0 shows modules and offsets"},
    {IntFlag{&Options::stack_depth, 1, kMaxStackDepth}, "stack_depth",
     "frames kept of each stack, those of this library included"},
    {IntFlag{&Options::max_log_entries, 0, INT_MAX}, "max_log_entries",
     "events kept in the log; older ones are dropped and counted"},
    {WordFlag<Color>{&Options::color, kColorWords}, "color",
     "colour the reports; auto: on a terminal"},
    {StringFlag{&Options::strip_path_prefix}, "strip_path_prefix",
     "cut file names up to and including this text"},
};

template <class E>
std::optional<E> find_word(absl::Span<const Word<E>> words, std::string_view text) {
  for (const Word<E>& word : words) {
    if (text == word.text) return word.value;
  }
  return std::nullopt;
}

template <class E>
std::string word_of(absl::Span<const Word<E>> words, E value) {
  for (const Word<E>& word : words) {
    if (word.value == value) return word.text;
  }
  return "";
}

// The three things that can be done with a flag; one overload for each type of flag.

bool set(const BoolFlag& flag, std::string_view text, Options* options) {
  const auto value = find_word<bool>(kBoolWords, text);
  if (value) options->*flag.field = *value;
  return value.has_value();
}

bool set(const IntFlag& flag, std::string_view text, Options* options) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  if (value < flag.min || value > flag.max) return false;
  options->*flag.field = value;
  return true;
}

bool set(const StringFlag& flag, std::string_view text, Options* options) {
  // The value becomes part of a file name.
  if (text.find('\0') != text.npos) return false;
  options->*flag.field = std::string(text);
  return true;
}

bool set(const HelpFlag&, std::string_view text, Options* options) {
  const auto value = find_word<bool>(kBoolWords, text);
  const Rule* rule = find_rule(text);
  if (value) options->help = std::string(*value ? "1" : "");
  if (rule != nullptr) options->help = rule->code;
  return value.has_value() || rule != nullptr;
}

bool set(const SeverityFlag& flag, std::string_view text, Options* options) {
  const auto value = find_word<Severity>(kSeverityWords, text);
  if (value) options->severity_of(flag.rule) = *value;
  return value.has_value();
}

template <class E>
bool set(const WordFlag<E>& flag, std::string_view text, Options* options) {
  const auto value = find_word(flag.words, text);
  if (value) options->*flag.field = *value;
  return value.has_value();
}

std::string allowed(const BoolFlag&) { return "0|1"; }

std::string allowed(const IntFlag& flag) {
  return flag.max == INT_MAX ? absl::StrCat("a number from ", flag.min)
                             : absl::StrCat(flag.min, " to ", flag.max);
}

std::string allowed(const StringFlag&) { return "text"; }

std::string allowed(const HelpFlag&) { return absl::StrCat("0|1|AS001 to AS00", kRuleCount); }

std::string allowed(const SeverityFlag&) { return "off|warn|error"; }

template <class E>
std::string allowed(const WordFlag<E>& flag) {
  return absl::StrJoin(flag.words, "|", [](std::string* out, const Word<E>& word) {
    absl::StrAppend(out, word.text);
  });
}

std::string shown(const BoolFlag& flag, const Options& options) {
  return options.*flag.field ? "1" : "0";
}

std::string shown(const IntFlag& flag, const Options& options) {
  return absl::StrCat(options.*flag.field);
}

std::string shown(const StringFlag& flag, const Options& options) {
  return (options.*flag.field).empty() ? "''" : options.*flag.field;
}

std::string shown(const HelpFlag&, const Options&) { return "0"; }

std::string shown(const SeverityFlag& flag, const Options& options) {
  return word_of<Severity>(kSeverityWords, options.severity_of(flag.rule));
}

template <class E>
std::string shown(const WordFlag<E>& flag, const Options& options) {
  return word_of(flag.words, options.*flag.field);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// The option that `name` may have meant, or null.
const Flag* nearest_flag(std::string_view name) {
  if (name.size() > kMaxQuotedBytes) return nullptr;
  const Flag* nearest = nullptr;
  std::size_t best = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const Flag& flag : kFlags) {
    const bool is_start = name.size() >= 3 && std::string_view(flag.name).starts_with(name);
    const std::size_t distance = is_start ? 0 : edit_distance(name, flag.name);
    if (distance < best) {
      best = distance;
      nearest = &flag;
    }
  }
  return nearest;
}

std::string quoted(std::string_view text) {
  const bool is_long = text.size() > kMaxQuotedBytes;
  if (is_long) text = text.substr(0, kMaxQuotedBytes);
  return absl::StrCat("'", absl::CHexEscape({text.data(), text.size()}), is_long ? "..." : "", "'");
}

std::string unknown_name_warning(std::string_view name) {
  const Flag* nearest = nearest_flag(name);
  const std::string names = absl::StrJoin(
      kFlags, ", ", [](std::string* out, const Flag& flag) { absl::StrAppend(out, flag.name); });
  return absl::StrCat("unknown option ", quoted(name), ", ignored",
                      nearest ? absl::StrCat("; did you mean '", nearest->name, "'?") : "",
                      " (valid: ", names, ")");
}

// Sets one option; returns what was wrong with it, or "".
std::string set_option(std::string_view name, std::string_view value, Options* options) {
  const auto flag = std::ranges::find_if(
      kFlags, [name](const Flag& candidate) { return name == candidate.name; });
  if (flag == std::end(kFlags)) return unknown_name_warning(name);
  return std::visit(
      [&](const auto& type) -> std::string {
        if (set(type, value, options)) return "";
        return absl::StrCat("malformed value ", quoted(value), " of option '", flag->name,
                            "', ignored (valid: ", allowed(type), ")");
      },
      flag->type);
}

constexpr std::string_view kSeparators = " ,:\n\t\r";

// Takes the text before the first of `ends` off the front of `*rest`.
std::string_view take_until(std::string_view ends, std::string_view* rest) {
  const std::string_view taken = rest->substr(0, rest->find_first_of(ends));
  rest->remove_prefix(taken.size());
  return taken;
}

// Takes a value, quoted or not; nullopt if its quote never ends.
std::optional<std::string_view> take_value(std::string_view* rest) {
  if (rest->empty() || (rest->front() != '\'' && rest->front() != '"')) {
    return take_until(kSeparators, rest);
  }
  const char quote = rest->front();
  rest->remove_prefix(1);
  const std::string_view value = take_until({&quote, 1}, rest);
  if (rest->empty()) return std::nullopt;
  rest->remove_prefix(1);
  return value;
}

}  // namespace

std::array<Severity, kRuleCount> default_severities() {
  std::array<Severity, kRuleCount> severities;
  for (const Rule& rule : rules()) {
    severities[static_cast<std::size_t>(rule.id)] = rule.default_severity;
  }
  return severities;
}

std::vector<std::string> parse_options(std::string_view text, Options* options) {
  std::vector<std::string> warnings;
  std::size_t dropped = 0;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kSeparators), text.size()));
    if (text.empty()) break;
    const std::string_view name = take_until(" ,:\n\t\r=", &text);
    std::string warning;
    if (text.empty() || text.front() != '=') {
      warning = absl::StrCat("expected name=value instead of ", quoted(name), ", ignored");
    } else {
      text.remove_prefix(1);
      const std::optional<std::string_view> value = take_value(&text);
      warning = value ? set_option(name, *value, options)
                      : absl::StrCat("the quote after ", quoted(name), " does not end, ignored");
    }
    if (warning.empty()) continue;
    if (warnings.size() < kMaxWarnings) {
      warnings.push_back(std::move(warning));
    } else {
      ++dropped;
    }
  }
  if (dropped > 0) warnings.push_back(absl::StrCat("and ", dropped, " more"));
  return warnings;
}

Options options_from_environment(std::vector<std::string>* warnings) {
  Options options;
  const char* sources[] = {alsan_default_options ? alsan_default_options() : nullptr,
                           std::getenv("ALSAN_OPTIONS")};
  for (const char* text : sources) {
    if (text == nullptr) continue;
    for (std::string& warning : parse_options(text, &options)) {
      warnings->push_back(std::move(warning));
    }
  }
  return options;
}

std::string options_help() {
  std::string text =
      "AliasSanitizer options, as ALSAN_OPTIONS=\"name=value:name=value\"; values may be quoted:\n";
  const Options defaults;
  for (const Flag& flag : kFlags) {
    std::visit(
        [&](const auto& type) {
          absl::StrAppendFormat(&text, "  %s=%s (%s)\n      %s\n", flag.name, shown(type, defaults),
                                allowed(type), flag.help);
        },
        flag.type);
  }
  return text;
}

}  // namespace cow::alsan
