#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cow/cow.h"
#include "cow/examples/sections.h"
#include "cow/examples/text.h"
#include "cow/interop/npy.h"

namespace tour {
namespace {

constexpr const char* kData = "examples/data/digits.npy";
constexpr int kDigit = 12;
constexpr double kInk = 16;  // of a black pixel; paper is 0

/// Where the data is: `bazel run` and the source tree have it below the working directory, a
/// program started from elsewhere has it in its own runfiles.
std::string find_data(const std::string& program) {
  for (const char* workspace : {"cow_array", "_main"}) {
    if (std::filesystem::exists(kData)) break;
    const std::string path = absl::StrFormat("%s.runfiles/%s/%s", program, workspace, kData);
    if (std::filesystem::exists(path)) return path;
  }
  return kData;
}

/// Lines of characters, two a pixel.
using Panel = std::vector<std::string>;

template <class E, class Cell>
Panel draw(const cow::Array<E>& image, Cell cell) {
  const auto pixels = image.template span<2>();
  Panel panel(pixels.extent(0));
  for (cow::Index row = 0; row < pixels.extent(0); ++row) {
    for (cow::Index column = 0; column < pixels.extent(1); ++column) {
      panel[row].append(2, cell(static_cast<double>(pixels(row, column))));
    }
  }
  return panel;
}

char shade(double ink) {
  constexpr std::string_view kShades = " .:-=+*#%@";
  return kShades[static_cast<std::size_t>(std::clamp(ink / kInk, 0.0, 1.0) * 9 + 0.5)];
}

char sign(double error) { return error > 0 ? '+' : error < 0 ? '-' : '.'; }

/// What the program of this section finds: the same code in both modes.
struct Outcome {
  cow::Mode mode;
  Panel digit_before, digit_after;
  cow::Array<double> mean_before, mean_after;
};

}  // namespace

// Static rather than in an unnamed namespace, which would clutter the report.
static absl::StatusOr<Outcome> mean_of_digits(const std::string& path) {
  absl::StatusOr<cow::Array<std::uint8_t>> file = cow::load_npy<std::uint8_t>(path);
  if (!file.ok()) return file.status();
  cow::Array<std::uint8_t>& digits = file->label("digits");
  if (digits.ndim() != 3 || digits.shape()[0] <= kDigit) {
    return absl::InvalidArgumentError(path + ": no images in it, its shape is " +
                                      shape_text(digits.shape()));
  }
  Outcome outcome;
  outcome.mode = cow::default_mode();
  outcome.mean_before = digits.mean(0);
  outcome.digit_before = draw(digits[kDigit], shade);

  // White on black, for display; the author thinks of `digit` as an image of its own.
  auto digit = digits[kDigit].label("digit");
  digit.assign(16 - digit);

  // Some pages later: the mean image, which nobody meant to change.
  outcome.mean_after = digits.mean(0);
  outcome.digit_after = draw(digits[kDigit], shade);
  return outcome;
}

namespace {

void print_row(const std::string& title, const std::vector<Panel>& panels) {
  std::cout << title << "\n";
  for (std::size_t line = 0; line < panels[0].size(); ++line) {
    for (const Panel& panel : panels) std::cout << "    |" << panel[line] << "|";
    std::cout << "\n";
  }
  std::cout << "\n";
}

/// "60 of 64 pixels, by up to 0.0089".
std::string describe(const cow::Array<double>& error) {
  const cow::Index wrong = (error != 0.0).sum();
  if (wrong == 0) return "none";
  return absl::StrFormat("%d of %d pixels, by up to %.4f", wrong, error.size(),
                         std::max(error.max(), -error.min()));
}

const char* name_of(cow::Mode mode) {
  return mode == cow::Mode::kView ? "view mode" : "copy-on-write";
}

}  // namespace

absl::Status run_digits(const std::string& program) {
  const std::string path = find_data(program);
  print_heading("Real data: one of 1797 handwritten digits, inverted for display");
  std::cout << "    auto digit = digits[" << kDigit
            << "];\n"
               "    digit.assign(16 - digit);        // white on black\n"
               "    auto mean = digits.mean(0);      // of the whole data set\n";

  const absl::StatusOr<Outcome> by_default = mean_of_digits(path);
  if (!by_default.ok()) return by_default.status();
  const cow::ScopedMode scope(cow::Mode::kCopyOnWrite);
  const absl::StatusOr<Outcome> by_value = mean_of_digits(path);
  if (!by_value.ok()) return by_value.status();

  const cow::Array<double> error = by_default->mean_after - by_default->mean_before;
  const cow::Array<double> no_error = by_value->mean_after - by_value->mean_before;
  std::cout << "\n";
  const Panel mean = draw(by_default->mean_before, shade);
  std::cout << absl::StrFormat("    %-18s    %-18s    %s\n", "before", name_of(by_default->mode),
                               name_of(by_value->mode));
  print_row(absl::StrFormat("digits[%d]", kDigit),
            {by_default->digit_before, by_default->digit_after, by_value->digit_after});
  print_row("the mean: the eye sees no difference",
            {mean, draw(by_default->mean_after, shade), draw(by_value->mean_after, shade)});
  print_row("its error: + too dark, - too light, . right",
            {Panel(mean.size(), std::string(mean[0].size(), '.')), draw(error, sign),
             draw(no_error, sign)});
  std::cout << absl::StrFormat("wrong in the mean, %-14s %s\n",
                               absl::StrCat(name_of(by_default->mode), ":"), describe(error));
  std::cout << absl::StrFormat("wrong in the mean, %-14s %s\n",
                               absl::StrCat(name_of(by_value->mode), ":"), describe(no_error));
  return absl::OkStatus();
}

}  // namespace tour
