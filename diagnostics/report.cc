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

std::string dedup_key(const Report& report) {
  const std::vector<Frame> unknown;
  return absl::StrCat(report.rule, site_key(report.write_frames),
                      site_key(report.arrays.empty() ? unknown : report.arrays.front().frames));
}

}  // namespace cow::alsan
