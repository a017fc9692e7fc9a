// A program with a bug of another tool's kind, for runtime_reports_test: `overflow`, `freed`,
// `large_overflow`, `large_freed` (for ASan) or `race` (for TSan).

#include <atomic>
#include <string>
#include <thread>

#include "cow/cow.h"

namespace {

/// Both threads write a[1,2], each by a span of its own, with nothing between them.
void race(cow::Array<double>& one, cow::Array<double>& other) {
  auto first = one.mutable_span<1>();
  auto second = other.mutable_span<1>();
  std::atomic<int> ready{0};
  const auto write = [&](const cow::Span<double, 1>& span, cow::Index at) {
    ready.fetch_add(1, std::memory_order_relaxed);
    while (ready.load(std::memory_order_relaxed) < 2) {
    }
    span(at) = 1;
  };
  std::thread thread([&] { write(first, 2); });
  write(second, 1);
  thread.join();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  double* kept = nullptr;
  {
    auto a = cow::zeros<double>({2, 3}).label("a");
    auto row = a[1].label("row");
    auto column = a[{cow::all, 2}].label("column");
    kept = &a.mutable_span<2>()(0, 0);
    if (what == "overflow") kept[6] = 1;
    if (what == "race") race(row, column);
  }
  if (what == "freed") kept[5] = 1;
  {
    constexpr cow::Index kCount = cow::kLargeArrayBytes / cow::Index{sizeof(double)};
    auto large = cow::zeros<double>({kCount}).label("large");
    kept = &large.mutable_span<1>()(0);
    if (what == "large_overflow") kept[kCount] = 1;
  }
  if (what == "large_freed") kept[5] = 1;
}
