#include "cow/diagnostics/suppressions.h"

#include <unistd.h>

#include <climits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "cow/diagnostics/read_file.h"
#include "cow/diagnostics/rule.h"

namespace cow::alsan {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

std::string beside_program(const std::string& path) {
  char program[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", program, sizeof(program));
  const std::string_view name(program, size < 0 ? 0 : static_cast<std::size_t>(size));
  return absl::StrCat(std::string(name.substr(0, name.rfind('/') + 1)), path);
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) {
  bool at_start = !pattern.empty() && pattern.front() == '^';
  if (at_start) pattern.remove_prefix(1);
  const bool at_end = !pattern.empty() && pattern.back() == '$';
  if (at_end) pattern.remove_suffix(1);
  while (true) {
    const std::size_t star = pattern.find('*');
    const std::string_view piece = pattern.substr(0, star);
    const bool is_last = star == pattern.npos;
    if (is_last && at_end) {
      return text.ends_with(piece) && (!at_start || text.size() == piece.size());
    }
    const std::size_t found = text.find(piece);
    if (found == text.npos || (at_start && found != 0)) return false;
    if (is_last) return true;
    text.remove_prefix(found + piece.size());
    pattern.remove_prefix(star + 1);
    at_start = false;
  }
}

std::vector<std::string> Suppressions::add(std::string_view text) {
  std::vector<std::string> warnings;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = trimmed(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const std::size_t colon = line.find(':');
    const std::string_view rule = trimmed(line.substr(0, colon));
    const std::string_view pattern =
        colon == line.npos ? std::string_view() : trimmed(line.substr(colon + 1));
    if (find_rule(rule) == nullptr || pattern.empty()) {
      warnings.push_back(absl::StrCat("malformed suppression '", std::string(line),
                                      "', ignored (expected RULE:pattern, with RULE one of AS001 "
                                      "to AS00",
                                      kRuleCount, ")"));
      continue;
    }
    lines_.push_back({std::string(rule), std::string(pattern)});
  }
  return warnings;
}

std::vector<std::string> Suppressions::add_file(const std::string& path) {
  std::optional<std::string> text = read_file(path);
  if (!text && !path.starts_with('/')) text = read_file(beside_program(path));
  if (!text) return {absl::StrCat("cannot read the suppressions file '", path, "'")};
  return add(*text);
}

bool Suppressions::suppress(const Report& report) {
  if (lines_.empty()) return false;
  std::vector<std::string_view> texts;
  const auto add_frames = [&](const std::vector<Frame>& frames) {
    for (const Frame& frame : frames) {
      texts.push_back(frame.function);
      texts.push_back(frame.file);
    }
  };
  for (const ReportEvent& event : report.events) add_frames(event.frames);
  for (const ArrayText& array : report.arrays) {
    texts.push_back(array.name);
    add_frames(array.frames);
  }
  for (Line& line : lines_) {
    if (line.rule != report.rule) continue;
    for (std::string_view text : texts) {
      if (!matches_pattern(line.pattern, text)) continue;
      ++line.hits;
      return true;
    }
  }
  return false;
}

std::string Suppressions::summary() const {
  if (lines_.empty()) return "";
  std::string text = "AliasSanitizer: suppressions (hits, rule:pattern):\n";
  for (const Line& line : lines_) {
    absl::StrAppend(&text, "  ", line.hits, " ", line.rule, ":", line.pattern,
                    line.hits == 0 ? "  (unused)" : "", "\n");
  }
  return text;
}

}  // namespace cow::alsan
