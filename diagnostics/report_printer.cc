#include "cow/diagnostics/report_printer.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cow/diagnostics/tree_branches.h"

namespace cow::alsan {
namespace {

// Where the arrows of the view tree stand, if all rows end before.
constexpr std::size_t kArrowColumn = 36;
constexpr std::size_t kMaxMemoryColumns = 100;
constexpr const char* kArrow = "<- ";

// LLVM's choice of colours.
constexpr const char* kRed = "\033[1m\033[31m";
constexpr const char* kMagenta = "\033[1m\033[35m";
constexpr const char* kBlue = "\033[1m\033[34m";
constexpr const char* kGreen = "\033[1m\033[32m";
constexpr const char* kBold = "\033[1m";
constexpr const char* kReset = "\033[0m";

// Columns that `text`, in UTF-8, takes on a terminal.
std::size_t width(std::string_view text) {
  return std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; });
}

std::string printable(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  return text;
}

// " file:line", as far as it is known.
std::string site_text(const Frame& frame) {
  if (frame.file.empty()) return "";
  const std::string file = absl::StrCat(" ", printable(frame.file));
  return frame.line == 0 ? file : absl::StrCat(file, ":", frame.line);
}

class TextPrinter {
 public:
  TextPrinter(const Report& report, const PrintOptions& options)
      : report_(report), options_(options) {}

  std::string print() {
    header();
    events();
    for (const ArrayText& array : report_.arrays) array_made(array);
    if (!report_.tree.empty()) tree();
    if (!report_.memory.rows.empty()) memory();
    if (!report_.fix.empty()) line("", absl::StrCat("FIX: ", printable(report_.fix)));
    summary();
    return std::move(text_);
  }

 private:
  void line(const char* color, std::string_view content) {
    const bool is_colored = options_.color && *color != '\0';
    absl::StrAppend(&text_, is_colored ? color : "", std::string(content), is_colored ? kReset : "",
                    "\n");
  }

  void frames(const std::vector<Frame>& frames) {
    if (frames.empty()) line("", "    (place unknown)");
    for (std::size_t i = 0; i < frames.size(); ++i) {
      std::string text = absl::StrCat("    #", i);
      if (!frames[i].function.empty()) absl::StrAppend(&text, " ", printable(frames[i].function));
      line("", text + site_text(frames[i]));
    }
  }

  void header() {
    line("", std::string(65, '='));
    line(report_.is_error ? kRed : kMagenta,
         absl::StrCat("==", options_.pid, "==", report_.is_error ? "ERROR" : "WARNING",
                      ": AliasSanitizer: ", report_.kind, " (", report_.rule, ") ",
                      printable(report_.headline)));
  }

  void events() {
    for (const ReportEvent& event : report_.events) {
      line(event.role == ReportEvent::Role::kRead ? kBlue : kMagenta, printable(event.text));
      frames(event.frames);
    }
  }

  void array_made(const ArrayText& array) {
    const std::string strides = array.strides_bytes.empty()
                                    ? ""
                                    : absl::StrCat(" strides ", dims_text(array.strides_bytes));
    line(kGreen,
         absl::StrCat("'", printable(array.name), "' ", array.dtype, " ", dims_text(array.shape),
                      strides, printable(array.origin), ", made at"));
    frames(array.frames);
  }

  void tree() {
    line("", absl::StrCat("View tree of buffer #", report_.buffer_id, ":"));
    std::vector<std::string> rows = tree_lines();
    std::size_t arrow_column = kArrowColumn;
    for (const std::string& row : rows) arrow_column = std::max(arrow_column, width(row) + 2);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const TreeRow& row = report_.tree[i];
      std::string right = row.arrow.empty() ? "" : absl::StrCat(kArrow, printable(row.arrow));
      if (!row.note.empty()) {
        absl::StrAppend(&right, right.empty() ? std::string(width(kArrow), ' ') : "; ",
                        printable(row.note));
      }
      if (!right.empty()) rows[i].append(arrow_column - width(rows[i]), ' ');
      line("", rows[i] + right);
    }
  }

  // The left part of each row.
  std::vector<std::string> tree_lines() const {
    std::vector<int> depths;
    for (const TreeRow& row : report_.tree) depths.push_back(row.depth);
    std::vector<std::string> lines = tree_branches(depths);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const TreeRow& row = report_.tree[i];
      lines[i] = absl::StrCat("  ", lines[i], printable(row.name), row.depth > 0 ? " = " : " ",
                              printable(row.made));
    }
    return lines;
  }

  void memory() {
    std::string text = "Memory:";
    std::size_t columns = text.size() + 2;
    const char* gap = "  ";
    for (const std::string& row : report_.memory.rows) {
      const std::string cells =
          absl::StrJoin(row, " ", [](std::string* out, char cell) { out->push_back(cell); });
      if (columns + cells.size() > kMaxMemoryColumns && columns > 9) {
        gap = "\n         ";
        columns = 9;
      }
      absl::StrAppend(&text, gap, cells);
      columns += cells.size() + 3;
      gap = "   ";
    }
    const std::string legend = absl::StrJoin(
        report_.memory.legend, ", ", [](std::string* out, const std::pair<char, std::string>& e) {
          absl::StrAppend(out, std::string(1, e.first), " ", printable(e.second));
        });
    const std::string scale =
        report_.memory.cell_elements == 1
            ? ""
            : absl::StrCat("a cell is ", report_.memory.cell_elements, " elements: ");
    const std::string explained = absl::StrCat("(", scale, legend, ")");
    const bool fits = columns + width(explained) <= kMaxMemoryColumns;
    line("", absl::StrCat(text, fits ? "   " : "\n         ", explained));
  }

  void summary() {
    std::string text =
        absl::StrCat("SUMMARY: AliasSanitizer: ", report_.kind, site_text(report_.summary_site));
    if (!report_.summary_site.function.empty()) {
      absl::StrAppend(&text, " in ", printable(report_.summary_site.function));
    }
    line(kBold, text);
  }

  const Report& report_;
  const PrintOptions& options_;
  std::string text_;
};

}  // namespace

std::string print_text(const Report& report, const PrintOptions& options) {
  return TextPrinter(report, options).print();
}

}  // namespace cow::alsan
