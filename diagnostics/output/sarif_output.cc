#include "cow/diagnostics/output/sarif_output.h"

#include <cctype>
#include <cstdint>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cow/diagnostics/rule.h"
#include "nlohmann/json.hpp"

namespace cow::alsan {
namespace {

using Json = nlohmann::ordered_json;

/// A path as a URI reference: percent-encoded (RFC 3986).
std::string uri_of(std::string_view path) {
  std::string uri;
  for (const char c : path) {
    const bool is_plain = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                          std::string_view("-._~/+").find(c) != std::string_view::npos;
    absl::StrAppend(&uri, is_plain ? std::string(1, c)
                                   : absl::StrFormat("%%%02X", static_cast<unsigned char>(c)));
  }
  return path.starts_with('/') ? "file://" + uri : uri;
}

/// The innermost frame that has a file; null if none has.
const Frame* place_of(const std::vector<Frame>& frames) {
  for (const Frame& frame : frames) {
    if (!frame.file.empty()) return &frame;
  }
  return nullptr;
}

Json location(const Frame& frame, const std::string& message) {
  Json artifact{{"uri", uri_of(frame.file)}};
  if (!frame.file.starts_with('/')) artifact["uriBaseId"] = "%SRCROOT%";
  Json json{{"physicalLocation", {{"artifactLocation", std::move(artifact)}}}};
  if (frame.line > 0) json["physicalLocation"]["region"] = {{"startLine", frame.line}};
  if (!frame.function.empty()) {
    json["logicalLocations"] = Json::array({{{"fullyQualifiedName", frame.function}}});
  }
  if (!message.empty()) json["message"] = {{"text", message}};
  return json;
}

/// 64-bit FNV-1a (Fowler, Noll, Vo), the same on every machine.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::string fingerprint_of(const Report& report) {
  std::string key = report.rule;
  const auto add = [&](const std::vector<Frame>& frames) {
    if (const Frame* frame = place_of(frames)) {
      absl::StrAppend(&key, " ", frame->file, " ", frame->function);
    }
  };
  for (const ReportEvent& event : report.events) add(event.frames);
  for (const ArrayText& array : report.arrays) {
    absl::StrAppend(&key, " ", array.name);
    add(array.frames);
  }
  return absl::StrFormat("%016x", hash_of(key));
}

Json result_of(const Report& report) {
  std::string message = absl::StrCat(report.kind, " ", report.headline, ".");
  for (const ReportEvent& event : report.events) absl::StrAppend(&message, " ", event.text, ".");
  if (!report.fix.empty()) absl::StrAppend(&message, " Fix: ", report.fix, ".");
  const Rule* rule = find_rule(report.rule);
  Json json{{"ruleId", report.rule},
            {"level", report.is_error ? "error" : "warning"},
            {"message", {{"text", message}}},
            {"locations", Json::array()},
            {"relatedLocations", Json::array()},
            {"partialFingerprints", {{"aliasSites/v1", fingerprint_of(report)}}}};
  if (rule != nullptr) json["ruleIndex"] = static_cast<int>(rule->id);
  if (!report.summary_site.file.empty()) {
    json["locations"].push_back(location(report.summary_site, ""));
  }
  // What happened, in the order of time: arrays were made, then written, then read.
  Json steps = Json::array();
  const auto add = [&](const std::vector<Frame>& frames, const std::string& text) {
    const Frame* frame = place_of(frames);
    if (frame == nullptr) return;
    Json related = location(*frame, text);
    steps.push_back({{"location", related}});
    related["id"] = static_cast<int>(json["relatedLocations"].size());
    json["relatedLocations"].push_back(std::move(related));
  };
  for (auto array = report.arrays.rbegin(); array != report.arrays.rend(); ++array) {
    add(array->frames, absl::StrCat("'", array->name, "'", array->origin, ", made here"));
  }
  for (auto event = report.events.rbegin(); event != report.events.rend(); ++event) {
    add(event->frames, event->text);
  }
  if (!steps.empty()) {
    json["codeFlows"] = Json::array();
    json["codeFlows"].push_back(
        {{"threadFlows", Json::array({{{"locations", std::move(steps)}}})}});
  }
  return json;
}

Json driver() {
  Json rules_json = Json::array();
  for (const Rule& rule : rules()) {
    rules_json.push_back({{"id", rule.code},
                          {"name", rule.kind},
                          {"shortDescription", {{"text", rule.meaning}}},
                          {"help", {{"text", std::string(rule_page(rule.id))}}}});
  }
  return {{"name", "AliasSanitizer"}, {"rules", std::move(rules_json)}};
}

}  // namespace

std::string sarif_document(absl::Span<const Report> reports, const Coverage& coverage) {
  Json run{{"tool", {{"driver", driver()}}},
           {"results", Json::array()},
           {"properties", {{"coverage", coverage_line(coverage)}}}};
  for (const Report& report : reports) run["results"].push_back(result_of(report));
  Json json{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs", Json::array({std::move(run)})}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cow::alsan
