#include "cow/diagnostics/output/html_output.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cow/diagnostics/output/json_output.h"
#include "cow/diagnostics/read_file.h"
#include "nlohmann/json.hpp"

namespace cow::alsan {
namespace {

using Json = nlohmann::ordered_json;

/// Lines shown before and after a site.
constexpr int kContextLines = 3;

// The page, generated from page.html, page.css and page.js.
constexpr std::string_view kPage[] = {
#include "cow/diagnostics/output/page.inc"
};

/// Some lines of each file around the sites of the reports: {"a.cc": {"3": "text", ...}}.
class Sources {
 public:
  explicit Sources(const SourceReader& read) : read_(read) {}

  void add(const std::vector<Frame>& frames) {
    for (const Frame& frame : frames) add(frame);
  }
  void add(const Frame& frame) {
    if (frame.file.empty() || frame.line <= 0) return;
    const std::vector<std::string>& lines = lines_of(frame.file);
    const int end = std::min(frame.line + kContextLines, static_cast<int>(lines.size()));
    for (int line = std::max(frame.line - kContextLines, 1); line <= end; ++line) {
      shown_[frame.file][line] = lines[static_cast<std::size_t>(line - 1)];
    }
  }
  std::string json() const {
    Json files = Json::object();
    for (const auto& [file, lines] : shown_) {
      for (const auto& [number, text] : lines) files[file][absl::StrCat(number)] = text;
    }
    return files.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

 private:
  const std::vector<std::string>& lines_of(const std::string& file) {
    const auto [found, is_new] = files_.try_emplace(file);
    if (is_new) {
      if (const std::optional<std::string> text = read_(file)) {
        found->second = absl::StrSplit(*text, '\n');
      }
    }
    return found->second;
  }

  const SourceReader& read_;
  std::map<std::string, std::vector<std::string>> files_;
  std::map<std::string, std::map<int, std::string>> shown_;
};

/// Inside of a script element nothing may look like its end.
std::string for_script(std::string json) { return absl::StrReplaceAll(json, {{"<", "\\u003c"}}); }

std::string for_text(std::string_view text) {
  return absl::StrReplaceAll({text.data(), text.size()},
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

}  // namespace

std::optional<std::string> read_source(const std::string& path) {
  if (std::optional<std::string> text = read_file(path)) return text;
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  return workspace == nullptr ? std::nullopt : read_file(absl::StrCat(workspace, "/", path));
}

std::string html_document(absl::Span<const Report> reports, const Coverage& coverage,
                          const SourceReader& source) {
  Sources sources(source);
  std::string data = "[";
  for (const Report& report : reports) {
    absl::StrAppend(&data, data.size() > 1 ? "," : "", report_json(report));
    for (const ReportEvent& event : report.events) sources.add(event.frames);
    for (const ArrayText& array : report.arrays) sources.add(array.frames);
    if (!report.picture) continue;
    for (const auto& write : report.picture->writes) sources.add(write.frames);
    for (const auto& line : report.picture->blame) sources.add(line.site);
  }
  data += "]";
  return absl::StrReplaceAll({kPage[0].data(), kPage[0].size()},
                             {{"@COVERAGE@", for_text(coverage_line(coverage))},
                              {"@REPORTS@", for_script(std::move(data))},
                              {"@SOURCES@", for_script(sources.json())}});
}

}  // namespace cow::alsan
