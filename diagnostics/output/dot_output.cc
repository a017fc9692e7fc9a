#include "cow/diagnostics/output/dot_output.h"

#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"

namespace cow::alsan {
namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '\n') {
      result += "\\n";
    } else {
      result += static_cast<unsigned char>(c) >= ' ' ? c : '?';
    }
  }
  return result + "\"";
}

const char* style_of(const TreeRow& row) {
  if (row.arrow.starts_with("written")) {
    return ", color=\"#c2402a\", fillcolor=\"#fbe9e5\", penwidth=2";
  }
  if (row.arrow.starts_with("read")) {
    return ", color=\"#1f6feb\", fillcolor=\"#e6f0fd\", penwidth=2";
  }
  if (row.note == "dropped") return ", style=\"rounded,dashed\"";
  return row.note.empty() ? "" : ", fillcolor=\"#fff6d6\"";
}

}  // namespace

std::string dot_document(absl::Span<const Report> reports) {
  // From left to right, so that reports stand one below the other.
  std::string text =
      "digraph aliases {\n  rankdir=LR;\n  fontname=\"sans-serif\";\n"
      "  node [shape=box, style=\"rounded,filled\", fillcolor=white, color=gray50, "
      "fontname=\"monospace\", fontsize=12];\n  edge [color=gray50, arrowsize=0.7];\n";
  // The first one comes last, and so to the top.
  for (std::size_t i = reports.size(); i-- > 0;) {
    const Report& report = reports[i];
    const std::string title =
        absl::StrCat(report.rule, " ", report.kind, " ", report.headline, "\n",
                     report.summary_site.file, ":", report.summary_site.line);
    absl::StrAppend(&text, "  subgraph cluster_", i,
                    " {\n    style=rounded;\n    color=gray70;\n    labeljust=l;\n    label=",
                    quoted(title), ";\n");
    std::vector<std::size_t> open;  // from the base to the last row; some may be left out between
    for (std::size_t row = 0; row < report.tree.size(); ++row) {
      const TreeRow& array = report.tree[row];
      std::string label = absl::StrCat(array.name, "\n", array.made);
      if (!array.arrow.empty()) absl::StrAppend(&label, "\n", array.arrow);
      if (!array.note.empty()) absl::StrAppend(&label, "\n", array.note);
      absl::StrAppend(&text, "    r", i, "_", row, " [label=", quoted(label), style_of(array),
                      "];\n");
      while (!open.empty() && report.tree[open.back()].depth >= array.depth) open.pop_back();
      if (!open.empty())
        absl::StrAppend(&text, "    r", i, "_", open.back(), " -> r", i, "_", row, ";\n");
      open.push_back(row);
    }
    if (report.tree.empty())
      absl::StrAppend(&text, "    r", i, " [label=", quoted(report.headline), "];\n");
    absl::StrAppend(&text, "  }\n");
  }
  return text + "}\n";
}

}  // namespace cow::alsan
