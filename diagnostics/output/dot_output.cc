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
  if (row.arrow.starts_with("written")) return ", color=red, penwidth=2";
  if (row.arrow.starts_with("read")) return ", color=blue, penwidth=2";
  return row.note == "dropped" ? ", style=dashed" : "";
}

}  // namespace

std::string dot_document(absl::Span<const Report> reports) {
  std::string text = "digraph aliases {\n  node [shape=box, fontname=\"monospace\"];\n";
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const Report& report = reports[i];
    const std::string title =
        absl::StrCat(report.rule, " ", report.kind, " ", report.headline, "\n",
                     report.summary_site.file, ":", report.summary_site.line);
    absl::StrAppend(&text, "  subgraph cluster_", i, " {\n    label=", quoted(title), ";\n");
    std::vector<std::size_t> open;  // the last row of each depth
    for (std::size_t row = 0; row < report.tree.size(); ++row) {
      const TreeRow& array = report.tree[row];
      const std::string note = array.note.empty() ? array.arrow : array.note;
      absl::StrAppend(
          &text, "    r", i, "_", row, " [label=",
          quoted(absl::StrCat(array.name, "\n", array.made, note.empty() ? "" : "\n", note)),
          style_of(array), "];\n");
      open.resize(static_cast<std::size_t>(array.depth), row);
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
