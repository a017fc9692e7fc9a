#include "cow/tests/output/sample_reports.h"

#include "cow/tests/sample_report.h"

namespace cow::alsan {

Report pictured_report() {
  Report report = tour_report();
  report.tree = {{0, "original", "(3,4)", "read here", ""},
                 {1, "slice", "[1:3, 1:3]", "written here", ""},
                 {1, "transposed", ".T", "", "also changed: [1,1]"},
                 {2, "gone", "[0]", "", "dropped"}};
  BufferPicture picture;
  picture.id = 1;
  picture.dtype = "int64";
  picture.size_bytes = 96;
  picture.itemsize = 8;
  picture.arrays = {{"original", "", {3, 4}, {32, 8}, 0, -1, true, false, {main_at(24)}},
                    {"slice", "[1:3, 1:3]", {2, 2}, {32, 8}, 40, 0, true, false, {main_at(31)}},
                    {"transposed", ".T", {4, 3}, {8, 32}, 0, 0, true, false, {main_at(33)}},
                    {"gone", "[0]", {3}, {32}, 0, 2, false, false, {main_at(34)}}};
  picture.writes = {{"original", 0, {{0, 1}, {3, 4}}, 2, {main_at(40)}, false},
                    {"slice", 1, {{5, 6}}, 1, {main_at(48)}, true}};
  picture.blame = {{main_at(48), {"slice"}, 1, {{5, 6}}},
                   {main_at(40), {"original"}, 2, {{0, 1}, {3, 4}}}};
  picture.unknown_writes = 3;
  report.picture = picture;
  return report;
}

Report plain_report() {
  Report report;
  report.rule = "AS006";
  report.kind = "lost-write";
  report.is_error = true;
  report.headline = "to 'c', a copy of elements of 'a'";
  report.events = {{ReportEvent::Role::kWrite, "WRITTEN to c", {{"f", "src/my file.cc", 7}}},
                   {ReportEvent::Role::kOther, "DROPPED", {}}};
  report.arrays = {{"c", "bool", {4}, {}, base_origin(3, 4), {{"f", "src/my file.cc", 6}}}};
  report.summary_site = {"f", "src/my file.cc", 7};
  return report;
}

Report hostile_report() {
  Report report = pictured_report();
  const std::string name = "</script><b>\"'\\\n\x01\xff\xc3(";
  report.headline = "of '" + name + "'";
  report.events[0].text = name;
  report.events[0].frames[0] = {name, name, 1};
  report.tree[1].name = name;
  report.arrays[0].name = name;
  report.picture->arrays[1].name = name;
  report.summary_site.file = name;
  return report;
}

}  // namespace cow::alsan
