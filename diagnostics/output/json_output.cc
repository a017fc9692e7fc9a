#include "cow/diagnostics/output/json_output.h"

#include "nlohmann/json.hpp"

namespace cow::alsan {
namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of(const Dims& dims) { return Json(std::vector<Index>(dims.begin(), dims.end())); }

Json json_of(const Frame& frame) {
  return {{"function", frame.function}, {"file", frame.file}, {"line", frame.line}};
}

Json json_of(const std::vector<Frame>& frames) {
  Json list = Json::array();
  for (const Frame& frame : frames) list.push_back(json_of(frame));
  return list;
}

Json json_of(const ElementText& element) {
  return {{"array", element.array}, {"index", json_of(element.index)}};
}

const char* role_text(ReportEvent::Role role) {
  switch (role) {
    case ReportEvent::Role::kRead:
      return "read";
    case ReportEvent::Role::kWrite:
      return "write";
    case ReportEvent::Role::kOther:
      return "other";
  }
  return "";
}

const char* direction_text(Direction direction) {
  switch (direction) {
    case Direction::kBaseThroughView:
      return "base-through-view";
    case Direction::kViewThroughBase:
      return "view-through-base";
    case Direction::kSibling:
      return "sibling";
  }
  return "";
}

Json json_of(const ElementChange& change) {
  return {{"direction", direction_text(change.direction)},
          {"read", json_of(change.read)},
          {"written", change.written ? json_of(*change.written) : Json()},
          {"now", change.now},
          {"was", change.was},
          {"changed_elements", change.changed_elements},
          {"total_elements", change.total_elements}};
}

Json json_of(const ArrayText& array) {
  return {{"name", array.name},
          {"dtype", array.dtype},
          {"shape", json_of(array.shape)},
          {"strides_bytes", json_of(array.strides_bytes)},
          {"origin", array.origin},
          {"frames", json_of(array.frames)}};
}

Json json_of(const TreeRow& row) {
  return {{"depth", row.depth},
          {"name", row.name},
          {"made", row.made},
          {"arrow", row.arrow},
          {"note", row.note}};
}

Json json_of(const BufferPicture& picture) {
  Json arrays = Json::array();
  for (const BufferPicture::ArrayShape& array : picture.arrays) {
    arrays.push_back({{"name", array.name},
                      {"made", array.made},
                      {"shape", json_of(array.shape)},
                      {"strides_bytes", json_of(array.strides_bytes)},
                      {"offset_bytes", array.offset_bytes},
                      {"parent", array.parent},
                      {"is_alive", array.is_alive},
                      {"is_declared", array.is_declared},
                      {"frames", json_of(array.frames)}});
  }
  Json writes = Json::array();
  for (const BufferPicture::WriteEntry& write : picture.writes) {
    writes.push_back({{"through", write.through},
                      {"array", write.array},
                      {"elements", write.elements},
                      {"changed_elements", write.changed_elements},
                      {"frames", json_of(write.frames)},
                      {"is_reported", write.is_reported}});
  }
  Json blame = Json::array();
  for (const BufferPicture::BlameEntry& line : picture.blame) {
    blame.push_back({{"site", json_of(line.site)},
                     {"through", line.through},
                     {"count", line.count},
                     {"elements", line.elements}});
  }
  return {{"id", picture.id},
          {"dtype", picture.dtype},
          {"size_bytes", picture.size_bytes},
          {"itemsize", picture.itemsize},
          {"arrays", std::move(arrays)},
          {"writes", std::move(writes)},
          {"writes_left_out", picture.writes_left_out},
          {"blame", std::move(blame)},
          {"unknown_writes", picture.unknown_writes}};
}

}  // namespace

std::string report_json(const Report& report) {
  Json json{
      {"event", "report"},
      {"rule", report.rule},
      {"kind", report.kind},
      {"severity", report.is_error ? "error" : "warning"},
      {"headline", report.headline},
      {"events", Json::array()},
      {"change", report.change ? json_of(*report.change) : Json()},
      {"arrays", Json::array()},
      {"buffer", report.buffer_id},
      {"tree", Json::array()},
      {"memory", {{"rows", report.memory.rows}, {"cell_elements", report.memory.cell_elements}}},
      {"picture", report.picture ? json_of(*report.picture) : Json()},
      {"fix", report.fix},
      {"site", json_of(report.summary_site)}};
  for (const ReportEvent& event : report.events) {
    json["events"].push_back(
        {{"role", role_text(event.role)}, {"text", event.text}, {"frames", json_of(event.frames)}});
  }
  for (const ArrayText& array : report.arrays) json["arrays"].push_back(json_of(array));
  for (const TreeRow& row : report.tree) json["tree"].push_back(json_of(row));
  return line_of(json);
}

std::string write_json(const WriteLine& write) {
  Json json{{"event", "write"},
            {"through", write.through},
            {"changed_elements", write.changed_elements},
            {"temporary_bytes", write.temporary_bytes}};
  if (!write.frames.empty()) json["frames"] = json_of(write.frames);
  return line_of(json);
}

std::string coverage_json(const Coverage& coverage) {
  return line_of({{"event", "exit"},
                  {"arrays", coverage.arrays},
                  {"views", coverage.views},
                  {"writes", coverage.writes},
                  {"aliased", coverage.aliased},
                  {"declared", coverage.declared},
                  {"findings", coverage.findings},
                  {"distinct", coverage.distinct},
                  {"suppressed", coverage.suppressed}});
}

}  // namespace cow::alsan
