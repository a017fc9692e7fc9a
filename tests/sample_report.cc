#include "cow/tests/sample_report.h"

namespace cow::alsan {

Frame main_at(int line) { return {"main", "examples/tour.cc", line}; }

ElementChange tour_change() {
  ElementChange change;
  change.read = {"original", {1, 1}};
  change.written = {"slice", {0, 0}};
  change.now = "999";
  change.was = "6";
  change.changed_elements = 1;
  change.total_elements = 12;
  return change;
}

Report tour_report(const ElementChange& change, bool has_read) {
  Report report;
  report.rule = "AS001";
  report.kind = "surprise-mutation";
  report.change = change;
  std::optional<std::vector<Frame>> read_frames;
  if (has_read) read_frames = {main_at(52)};
  tell_change(&report, read_frames, {main_at(48)});
  report.arrays = {
      {"slice", "int64", {2, 2}, {32, 8}, view_origin("original[1:3, 1:3]"), {main_at(31)}},
      {"original", "int64", {3, 4}, {}, base_origin(1, 96), {main_at(24)}}};
  report.buffer_id = 1;
  report.tree = {{0, "original", "(3,4)", "read here", ""},
                 {1, "slice", "[1:3, 1:3]", "written here", ""},
                 {1, "reshaped", ".reshape(4, 3)", "", "also changed: [1,2]"},
                 {1, "transposed", ".T", "", "also changed: [1,1]"}};
  const std::string cells = ".....W#..##.";
  report.memory =
      draw_memory(12, 4, [&](Index begin, Index) { return cells[static_cast<std::size_t>(begin)]; },
                  {{'W', "written"}, {'#', "slice"}, {'.', "original"}});
  report.fix =
      "write to slice.copy(), declare it with .ref() if meant, or run with ALSAN_OPTIONS=mode=cow";
  report.summary_site = main_at(48);
  return report;
}

}  // namespace cow::alsan
