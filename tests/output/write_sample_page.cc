// Writes the page of some reports to standard output, for the browser test and for looking at.

#include <algorithm>
#include <iostream>

#include "cow/core/dims.h"
#include "cow/diagnostics/output/html_output.h"
#include "cow/tests/output/sample_reports.h"

namespace cow::alsan {
namespace {

Report report_of(const std::string& name, Dims shape, Dims strides, Index itemsize) {
  Report report = pictured_report();
  Index elements = 1;
  for (Index extent : shape) elements *= extent;
  BufferPicture& picture = *report.picture;
  picture.size_bytes = elements * itemsize;
  picture.itemsize = itemsize;
  Dims half = shape;
  Dims twice = strides;
  half.back() /= 2;
  twice.back() *= 2;
  picture.arrays = {{name, "", shape, strides, 0, -1, true, false, {}},
                    {"even", "[..., ::2]", half, twice, 0, 0, true, false, {}},
                    {"odd", "[..., 1::2]", half, twice, itemsize, 0, true, false, {}}};
  picture.writes = {
      {"even", 1, {{0, 1}, {2, 3}, {4, 5}}, 3, {{"main", "examples/tour.cc", 40}}, true},
      {"odd", 2, {{elements / 2, elements / 2 + 9}}, 9, {{"main", "examples/tour.cc", 48}}, false}};
  const Index stripe = std::max<Index>(elements / 8, 1);
  picture.blame.clear();
  for (int i = 0; i < 7; ++i) {
    const Frame site{"main", "examples/tour.cc", 30 + i};
    picture.blame.push_back({site, {i % 2 == 0 ? "even" : "odd"}, stripe, {}});
    picture.blame.back().elements.emplace_back(i * stripe, (i + 1) * stripe);
  }
  picture.unknown_writes = 0;
  report.tree = {{0, name, dims_text(shape), "read here", ""},
                 {1, "even", "[..., ::2]", "written here", ""},
                 {1, "odd", "[..., 1::2]", "", ""}};
  return report;
}

}  // namespace
}  // namespace cow::alsan

int main() {
  using namespace cow::alsan;
  std::cout << html_document(
      {pictured_report(), report_of("line", {40}, {8}, 8),
       report_of("cube", {3, 4, 6}, {192, 48, 8}, 8),
       report_of("large", {2000, 5000}, {20000, 4}, 4), plain_report(), hostile_report()},
      {14, 9, 31, 5, 1, 6, 6, 0});
}
