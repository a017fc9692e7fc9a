#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "cow/cow.h"
#include "cow/diagnostics/alias_sanitizer.h"
#include "cow/examples/sections.h"
#include "cow/examples/text.h"

namespace tour {
namespace {

using Numbers = cow::Array<double>;

constexpr cow::Index kSize = cow::Index{8} << 20;  // doubles: 64 MiB
constexpr int kRounds = 7;

/// What one step took, and how many bytes the second array has for itself then.
struct Cost {
  double seconds;
  cow::Index bytes;
};

cow::Index copied_bytes(const Numbers& base, const Numbers& second) {
  return cow::may_share_memory(base, second) ? 0 : second.nbytes_owned();
}

template <class Step>
double seconds_of(Step step) {
  const auto start = std::chrono::steady_clock::now();
  step();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return elapsed.count();
}

/// One way to get a second array, and what it took, round by round.
struct Choice {
  const char* name;
  const char* code;
  cow::Mode mode;
  cow::LargeArrays large_arrays;
  std::function<Numbers(Numbers&)> make;
  std::vector<Cost> makes = {};
  std::vector<Cost> writes = {};
  double base_shows = 0;

  void run_round() {
    const cow::ScopedMode scope(mode);
    cow::set_large_arrays(large_arrays);
    Numbers base = cow::zeros<double>({kSize});
    Numbers second;
    const double make_seconds = seconds_of([&] { second = make(base); });
    makes.push_back({make_seconds, copied_bytes(base, second)});
    const double write_seconds = seconds_of([&] { second(0) = 7; });
    writes.push_back({write_seconds, copied_bytes(base, second)});
    base_shows = base(0);
  }
};

Cost median(std::vector<Cost> costs) {
  const auto middle = costs.begin() + costs.size() / 2;
  std::nth_element(costs.begin(), middle, costs.end(),
                   [](const Cost& a, const Cost& b) { return a.seconds < b.seconds; });
  return *middle;
}

std::string time_text(double seconds) {
  if (seconds < 1e-3) return absl::StrFormat("%.1f us", seconds * 1e6);
  return absl::StrFormat("%.1f ms", seconds * 1e3);
}

std::string bytes_text(cow::Index bytes) {
  if (bytes < 1024) return absl::StrFormat("%d B", bytes);
  if (bytes < 1024 * 1024) return absl::StrFormat("%.1f KiB", bytes / 1024.0);
  return absl::StrFormat("%.1f MiB", bytes / 1024.0 / 1024.0);
}

void print_choice(const Choice& choice) {
  const Cost make = median(choice.makes);
  const Cost write = median(choice.writes);
  std::cout << absl::StrFormat("%-18s  %-8s  %9s %9s  %9s %9s  %4g (%s)\n", choice.name,
                               choice.code, time_text(make.seconds), bytes_text(make.bytes),
                               time_text(write.seconds), bytes_text(write.bytes), choice.base_shows,
                               choice.base_shows == 0 ? "as it was" : "changed");
}

}  // namespace

void run_cost() {
  // The view is declared as meant, or AliasSanitizer would report what the table shows.
  const auto copy = [](Numbers& a) { return a.copy(); };
  constexpr auto kLazy = cow::LargeArrays::kLazyCopies;
  Choice choices[] = {
      {"view", "a.ref()", cow::Mode::kView, kLazy, [](Numbers& a) { return a.ref(); }},
      {"eager copy", "a.copy()", cow::Mode::kView, cow::LargeArrays::kEagerCopies, copy},
      {"lazy copy", "a.copy()", cow::Mode::kView, kLazy, copy},
      {"copy-on-write copy", "a.copy()", cow::Mode::kCopyOnWrite, kLazy, copy},
  };
  // In turns, so that whatever else the machine does falls on all of them.
  for (int round = 0; round < kRounds; ++round) {
    for (Choice& choice : choices) choice.run_round();
  }
  cow::set_large_arrays(kLazy);

  print_heading("The choice: a second array b of one 64 MiB array a, and one write to it");
  std::cout << absl::StrFormat("%-18s  %-8s  %19s  %19s  %s\n", "", "", "auto b = ...", "b(0) = 7",
                               "a(0) after, was 0");
  for (const Choice& choice : choices) print_choice(choice);
  std::cout << "\nMedian of " << kRounds << " rounds; bytes are those that b has for itself.\n";
  if (cow::alsan::alias_sanitizer() != nullptr) {
    std::cout << "With AliasSanitizer's bookkeeping; ALSAN_OPTIONS=mode=off measures without it.\n";
  }
}

}  // namespace tour
