#include "cow/diagnostics/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cow::alsan {
namespace {

constexpr Index kMaxExactCells = 48;
constexpr Index kMaxCells = 32;
constexpr Index kGroupCells = 8;

// " file:line function" of the innermost frame.
std::string site_key(const std::vector<Frame>& frames) {
  if (frames.empty()) return " ?";
  const Frame& site = frames.front();
  return absl::StrCat(" ", site.file, ":", site.line, " ", site.function);
}

const char* role_of_writer(Direction direction) {
  switch (direction) {
    case Direction::kBaseThroughView:
      return "view";
    case Direction::kViewThroughBase:
      return "base";
    case Direction::kSibling:
      return "sibling";
  }
  return "";
}

}  // namespace

std::string dims_text(const Dims& dims) {
  return absl::StrCat("(", absl::StrJoin(dims, ","), dims.size() == 1 ? ",)" : ")");
}

std::string view_origin(const std::string& expression) { return absl::StrCat(" = ", expression); }

std::string base_origin(Index buffer_id, Index buffer_bytes) {
  return absl::StrCat(", buffer #", buffer_id, ", ", buffer_bytes, " bytes");
}

MemoryMap draw_memory(Index num_elements, Index row_elements,
                      absl::FunctionRef<char(Index begin, Index end)> mark,
                      std::vector<std::pair<char, std::string>> legend) {
  MemoryMap map;
  map.legend = std::move(legend);
  const bool is_exact = num_elements <= kMaxExactCells;
  map.cell_elements = is_exact ? 1 : (num_elements - 1) / kMaxCells + 1;
  const Index group_elements =
      is_exact ? std::max<Index>(row_elements, 1) : kGroupCells * map.cell_elements;
  for (Index begin = 0; begin < num_elements;) {
    // Written so that nothing overflows, however large the buffer.
    if (begin % group_elements == 0) map.rows.emplace_back();
    const Index end = begin + std::min(map.cell_elements, num_elements - begin);
    map.rows.back() += mark(begin, end);
    begin = end;
  }
  return map;
}

std::string element_text(const ElementText& element) {
  const std::string index = element.index.empty() ? "()" : absl::StrJoin(element.index, ",");
  return absl::StrCat(element.array, "[", index, "]");
}

void tell_change(Report* report, const std::optional<std::vector<Frame>>& read_frames,
                 std::vector<Frame> write_frames) {
  const ElementChange& change = *report->change;
  report->headline = absl::StrCat("of '", change.read.array, "'");
  std::string through = "by a write that the log no longer holds";
  if (change.written) {
    absl::StrAppend(&report->headline, " through its ", role_of_writer(change.direction), " '",
                    change.written->array, "'");
    through =
        absl::StrCat("through ", element_text(*change.written), " = ", element_text(change.read));
  }
  // The values stand with the first of the two events.
  std::string values = absl::StrCat(": ", change.now, ", was ", change.was);
  if (read_frames) {
    report->events.push_back({ReportEvent::Role::kRead,
                              absl::StrCat("READ of ", element_text(change.read), values),
                              *read_frames});
    values.clear();
  }
  report->events.push_back(
      {ReportEvent::Role::kWrite,
       absl::StrCat("WRITTEN ", through, values, " (", change.changed_elements, " of ",
                    change.total_elements, change.total_elements == 1 ? " element" : " elements",
                    " changed)"),
       std::move(write_frames)});
}

const ReportEvent* Report::event(ReportEvent::Role role) const {
  const auto found = std::ranges::find(events, role, &ReportEvent::role);
  return found == events.end() ? nullptr : &*found;
}

std::string dedup_key(const Report& report) {
  const std::vector<Frame> unknown;
  const ReportEvent* write = report.event(ReportEvent::Role::kWrite);
  return absl::StrCat(report.rule, site_key(write == nullptr ? unknown : write->frames),
                      site_key(report.arrays.empty() ? unknown : report.arrays.front().frames));
}

}  // namespace cow::alsan
