#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cow/diagnostics/blame.h"

namespace cow::alsan {
namespace {

constexpr std::size_t kMostWrites = 20;
constexpr std::string_view kMarks = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr Index kMostColumns = 40;
constexpr Index kMostRows = 24;
constexpr std::size_t kMostIndices = 3;

std::string counted(std::int64_t count, const char* what) {
  return absl::StrCat(count, " ", what, count == 1 ? "" : "s");
}

std::string place_text(const Frame& frame) {
  if (frame.file.empty()) return frame.function.empty() ? "(place unknown)" : frame.function;
  const std::string line = frame.line == 0 ? "" : absl::StrCat(":", frame.line);
  return absl::StrCat(frame.file, line, frame.function.empty() ? "" : " in ", frame.function);
}

std::string frames_text(const std::vector<Frame>& frames) {
  if (frames.empty()) return "    (place unknown)\n";
  std::string text;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const Frame& frame = frames[i];
    absl::StrAppend(&text, "    #", i, frame.function.empty() ? "" : " ", frame.function,
                    frame.file.empty() ? "" : " ", frame.file);
    if (frame.line != 0) absl::StrAppend(&text, ":", frame.line);
    text += "\n";
  }
  return text;
}

/// Why nothing is known.
std::string unknown_text(const std::string& name, BlameStatus status) {
  return absl::StrCat("nothing is known of who wrote ", name,
                      status == BlameStatus::kNoSanitizer
                          ? ": no AliasSanitizer is installed (link "
                            "@cow_array//diagnostics:auto_install, or build with -c dbg)\n"
                          : ": it was made before AliasSanitizer was installed\n");
}

std::string reach_text(const BlameReach& reach) {
  std::string text;
  if (reach.dropped_writes > 0) {
    absl::StrAppend(&text, "  ", counted(reach.dropped_writes, "earlier write"),
                    " of this memory no longer in the log: ALSAN_OPTIONS=max_log_entries=N keeps "
                    "more\n");
  }
  if (reach.unrecorded_writes > 0) {
    absl::StrAppend(&text, "  ", counted(reach.unrecorded_writes, "earlier write"),
                    " of this memory not recorded: ALSAN_OPTIONS=blame=1 records all\n");
  }
  return text;
}

std::string write_text(const BlamedWrite& write) {
  const std::string change =
      write.became && write.was
          ? absl::StrCat(*write.became, ", was ", *write.was, ", written through ")
          : "written through ";
  return absl::StrCat(
      write.changed_unseen_since
          ? "  changed since without a known write: through a raw pointer, or an open span\n"
          : "",
      "  ", write.is_certain ? "" : "perhaps ", change, element_text(write.through),
      write.became ? "" : " (the values are no longer kept)", " at\n", frames_text(write.frames));
}

Dims index_of_position(Index position, const Dims& shape) {
  Dims index(shape);
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    index[axis] = position % shape[axis];
    position /= shape[axis];
  }
  return index;
}

/// " [0,1], [0,2], ...".
std::string some_indices(const BlamedLine& line, const Dims& shape) {
  std::vector<std::string> shown;
  for (const auto& [begin, end] : line.positions) {
    for (Index i = begin; i < end && shown.size() < kMostIndices; ++i) {
      shown.push_back(absl::StrCat("[", absl::StrJoin(index_of_position(i, shape), ","), "]"));
    }
  }
  if (line.elements > static_cast<Index>(kMostIndices)) shown.push_back("...");
  return absl::StrJoin(shown, ", ");
}

char mark_of(std::size_t line) { return line < kMarks.size() ? kMarks[line] : '+'; }

/// A mark an element, a row of the last axis a line; empty for what is too large to look at.
std::string map_text(const ArrayBlame& blame) {
  if (blame.shape.empty()) return "";
  Index size = 1;
  for (Index extent : blame.shape) size *= extent;
  const Index columns = blame.shape.back();
  if (size == 0 || columns > kMostColumns || size / columns > kMostRows) return "";
  std::string marks(static_cast<std::size_t>(size), '.');
  for (std::size_t i = 0; i < blame.lines.size(); ++i) {
    for (const auto& [begin, end] : blame.lines[i].positions) {
      std::fill(marks.begin() + begin, marks.begin() + end, mark_of(i));
    }
  }
  std::string text;
  for (Index i = 0; i < size; ++i) {
    absl::StrAppend(&text, i % columns == 0 ? "  " : " ", marks.substr(i, 1),
                    (i + 1) % columns == 0 ? "\n" : "");
  }
  return text;
}

}  // namespace

std::string to_string(const ElementBlame& blame) {
  const std::string name = element_text(blame.element);
  std::string text = absl::StrCat(name, " = ", blame.now, "\n");
  if (blame.status != BlameStatus::kWatched) return text + unknown_text(name, blame.status);
  for (std::size_t i = 0; i < std::min(blame.writes.size(), kMostWrites); ++i) {
    text += write_text(blame.writes[i]);
  }
  if (blame.writes.size() > kMostWrites) {
    absl::StrAppend(&text, "  ... and ", blame.writes.size() - kMostWrites, " before\n");
  }
  if (!blame.reach.is_complete()) {
    if (blame.writes.empty()) text += "  no write of it is known\n";
    return text + reach_text(blame.reach);
  }
  const std::string first = blame.writes.empty()      ? blame.now
                            : blame.writes.back().was ? *blame.writes.back().was
                                                      : "(unknown)";
  return absl::StrCat(text, "  ", first, " since the memory was made at\n",
                      frames_text(blame.reach.made_at));
}

std::string to_string(const ArrayBlame& blame) {
  std::string text = absl::StrCat(blame.array, " ", blame.dtype, " ", dims_text(blame.shape),
                                  ", by the line that wrote an element last:\n");
  if (blame.status != BlameStatus::kWatched) return unknown_text(blame.array, blame.status);
  const std::string map = map_text(blame);
  for (std::size_t i = 0; i < blame.lines.size(); ++i) {
    const BlamedLine& line = blame.lines[i];
    absl::StrAppend(&text, "  ", std::string(1, mark_of(i)), "  ", place_text(line.site),
                    ", through ", absl::StrJoin(line.through, ", "), ": ",
                    counted(line.elements, "element"));
    if (map.empty()) absl::StrAppend(&text, ": ", some_indices(line, blame.shape));
    if (!line.is_certain) text += " (some perhaps not: which is no longer kept)";
    text += "\n";
  }
  if (blame.unwritten > 0) {
    const std::string known =
        blame.reach.is_complete()
            ? absl::StrCat("as made at ", blame.reach.made_at.empty()
                                              ? "(place unknown)"
                                              : place_text(blame.reach.made_at.front()))
            : "no write known";
    absl::StrAppend(&text, "  .  ", known, ": ", counted(blame.unwritten, "element"), "\n");
  }
  return text + map + reach_text(blame.reach);
}

std::ostream& operator<<(std::ostream& out, const ElementBlame& blame) {
  return out << to_string(blame);
}
std::ostream& operator<<(std::ostream& out, const ArrayBlame& blame) {
  return out << to_string(blame);
}

}  // namespace cow::alsan
