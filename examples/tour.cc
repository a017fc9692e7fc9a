// A tour of cow_array: NumPy's tutorial on views and copies, what the same habit does to real data,
// and what each choice costs. AliasSanitizer watches, and reports to standard error.

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "cow/cow.h"
#include "cow/diagnostics/alias_sanitizer.h"
#include "cow/diagnostics/options.h"
#include "cow/examples/sections.h"
#include "cow/examples/text.h"

// The tour's findings are its subject, no failure.
extern "C" const char* alsan_default_options() { return "exitcode=0"; }

using cow::array;
using cow::index_list;
using cow::slice;
using tour::shape_text;
using tour::true_or_false;

/// The tutorial's complete example.
static void demonstrate_copying() {
  std::cout << "=== NumPy Array Copying and Views vs Copies Demo ===\n\n";

  auto original = array<std::int64_t>({{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 10, 11, 12}});
  original.label("original");

  std::cout << "Original array:\n" << original << "\n";
  std::cout << "Original shape: " << shape_text(original.shape()) << "\n\n";

  std::cout << "=== Creating Views ===\n";

  auto slice_view = original[{slice(1, 3), slice(1, 3)}].label("slice");
  std::cout << "Slice view:\n" << slice_view << "\n";
  std::cout << "Shares memory with original: " << true_or_false(shares_memory(original, slice_view))
            << "\n";
  std::cout << "View base is original: "
            << true_or_false(slice_view.base() && slice_view.base()->is(original)) << "\n\n";

  auto reshaped_view = original.reshape({4, 3}).label("reshaped");
  std::cout << "Reshaped view (4x3):\n" << reshaped_view << "\n";
  std::cout << "Reshape shares memory: " << true_or_false(shares_memory(original, reshaped_view))
            << "\n\n";

  auto transposed_view = original.T().label("transposed");
  std::cout << "Transposed view:\n" << transposed_view << "\n";
  std::cout << "Transpose shares memory: "
            << true_or_false(shares_memory(original, transposed_view)) << "\n\n";

  std::cout << "=== Demonstrating Shared Memory ===\n";
  std::cout << "Modifying slice view...\n";
  slice_view(0, 0) = 999;
  std::cout << "Original array after modifying view:\n" << original << "\n\n";

  std::cout << "=== Creating Copies ===\n";

  auto np_copy = cow::copy(original).label("np_copy");
  std::cout << "Copy using np.copy():\n" << np_copy << "\n";
  std::cout << "Shares memory: " << true_or_false(shares_memory(original, np_copy)) << "\n\n";

  auto method_copy = original.copy().label("method_copy");
  std::cout << "Copy using array.copy():\n" << method_copy << "\n";
  std::cout << "Shares memory: " << true_or_false(shares_memory(original, method_copy)) << "\n\n";

  std::cout << "=== Demonstrating Independent Behavior ===\n";
  std::cout << "Modifying np_copy...\n";
  np_copy(0, 0) = 777;
  std::cout << "Original array (unchanged):\n" << original << "\n";
  std::cout << "Modified copy:\n" << np_copy << "\n\n";

  std::cout << "=== Operations That Force Copies ===\n";

  auto fancy_copy = original[index_list({0, 2})];
  std::cout << "Fancy indexing result:\n" << fancy_copy << "\n";
  std::cout << "Fancy indexing creates copy: "
            << true_or_false(!shares_memory(original, fancy_copy)) << "\n\n";

  auto boolean_copy = original[original > 5];
  std::cout << "Boolean indexing result:\n" << boolean_copy << "\n";
  std::cout << "Boolean indexing creates copy: "
            << true_or_false(!shares_memory(original, boolean_copy)) << "\n\n";

  std::cout << "=== Memory Usage Information ===\n";
  std::cout << "Original array size: " << original.nbytes() << " bytes\n";
  std::cout << "View additional overhead: minimal\n";
  std::cout << "Copy memory usage: " << np_copy.nbytes() << " bytes (separate allocation)\n";
}

namespace {

constexpr std::string_view kUsage =
    "usage: tour [--section=tutorial|data|cost] [--help]\n"
    "\n"
    "  tutorial  NumPy's tutorial on views and copies, in C++, digit for digit\n"
    "  data      a view of one handwritten digit spoils the mean of 1797\n"
    "  cost      time and bytes of a view, an eager copy and a copy-on-write copy\n"
    "\n"
    "Without --section, all three in turn. AliasSanitizer's reports go to standard error.\n"
    "  ALSAN_OPTIONS=mode=cow   the same program with copy-on-write arrays\n"
    "  ALSAN_OPTIONS=mode=off   without AliasSanitizer\n"
    "  ALSAN_OPTIONS=help=1     all its options\n";

constexpr std::string_view kSections[] = {"tutorial", "data", "cost"};

/// Sets `*section`, empty for all of them. Returns the exit code if the tour is not to start.
std::optional<int> parse_arguments(absl::Span<char* const> arguments, std::string* section) {
  constexpr std::string_view kSection = "--section=";
  for (const std::string_view argument : arguments) {
    if (argument == "--help") {
      std::cout << kUsage;
      return 0;
    }
    const bool is_section = argument.starts_with(kSection);
    if (is_section) *section = argument.substr(kSection.size());
    if (!is_section || std::ranges::count(kSections, *section) == 0) {
      std::cerr << "tour: unknown argument '" << argument << "'\n" << kUsage;
      return 2;
    }
  }
  return std::nullopt;
}

/// Says on standard error who is watching; nothing without AliasSanitizer.
void introduce_sanitizer() {
  if (cow::alsan::alias_sanitizer() == nullptr) return;
  std::cerr << (cow::default_mode() == cow::Mode::kView
                    ? "AliasSanitizer is watching: on standard error it says which elements were "
                      "changed under\nanother name than the one they are read by, and where.\n"
                    : "Copy-on-write mode: a write through a view leaves its base as it was.\n");
}

/// What was found until now, on standard error.
void sum_up_tutorial() {
  const cow::alsan::AliasSanitizer* sanitizer = cow::alsan::alias_sanitizer();
  if (sanitizer == nullptr) return;
  const cow::alsan::Coverage found = sanitizer->coverage();
  if (found.findings == 0) return;
  std::cerr << "So much for the tutorial: " << found.findings
            << " reads returned what a write under another name had left.\nThe " << found.distinct
            << " writes to blame are reported above, once each.\n";
}

}  // namespace

int main(int argc, char** argv) {
  std::string section;
  const absl::Span<char* const> arguments(argv, static_cast<std::size_t>(argc));
  if (const std::optional<int> code = parse_arguments(arguments.subspan(1), &section)) return *code;
  const auto runs = [&](std::string_view name) { return section.empty() || section == name; };
  const std::string_view gap = section.empty() ? "\n" : "";

  // Standard output and standard error stay in order, whatever they are.
  std::cout << std::unitbuf;
  introduce_sanitizer();
  if (runs("tutorial")) {
    demonstrate_copying();
    tour::run_snippets();
    sum_up_tutorial();
  }
  std::cout << gap;
  if (runs("data")) {
    if (absl::Status status = tour::run_digits(argv[0]); !status.ok()) {
      std::cerr << "tour: " << status.message() << "\n";
      return 1;
    }
  }
  std::cout << gap;
  if (runs("cost")) tour::run_cost();
  return std::cout.good() ? 0 : 1;
}
