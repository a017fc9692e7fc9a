#ifndef COW_DIAGNOSTICS_SUPPRESSIONS_H_
#define COW_DIAGNOSTICS_SUPPRESSIONS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cow/diagnostics/report.h"

namespace cow::alsan {

/// Does `text` match a pattern of LLVM's suppression files: the pattern stands somewhere in it, '*'
/// stands for anything, '^' and '$' for its ends? O(size of both), case matters.
bool matches_pattern(std::string_view pattern, std::string_view text);

/// Findings that are known and not to be reported: lines `AS001:pattern`, which match a function, a
/// file or an array's name of a report. '#' begins a comment.
class Suppressions {
 public:
  /// Adds the lines of `text`; returns a warning for each that is malformed.
  std::vector<std::string> add(std::string_view text);

  /// Adds the lines of a file, which may also lie beside the program; a warning if it cannot be
  /// read.
  std::vector<std::string> add_file(const std::string& path);

  /// Is `report` to be left out? Counts a hit of the first line that says so.
  bool suppress(const Report& report);
  bool empty() const { return lines_.empty(); }

  /// "Suppressions used:" with counts, and those that were not; each line ends with a newline.
  /// Empty if there are none at all.
  std::string summary() const;

 private:
  struct Line {
    std::string rule;
    std::string pattern;
    std::int64_t hits = 0;
  };
  std::vector<Line> lines_;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_SUPPRESSIONS_H_
