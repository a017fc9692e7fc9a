// Times programs that write arrays, for bench/raw_writes.sh, which runs it under each way to see
// raw writes: a line "NAME NANOSECONDS" each, the best of several rounds.

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "absl/functional/function_ref.h"
#include "cow/cow.h"

namespace {

using cow::Index;

void time(const char* name, absl::FunctionRef<void()> fn) {
  using Clock = std::chrono::steady_clock;
  constexpr int kRounds = 9;
  std::chrono::nanoseconds best = std::chrono::nanoseconds::max();
  for (int round = 0; round < kRounds; ++round) {
    const Clock::time_point begin = Clock::now();
    fn();
    best = std::min(best, std::chrono::nanoseconds(Clock::now() - begin));
  }
  std::printf("%s %lld\n", name, static_cast<long long>(best.count()));
}

}  // namespace

int main() {
  constexpr Index kSize = 1'000'000;
  auto x = cow::ones<float>({kSize});
  auto y = cow::ones<float>({kSize});
  { auto lent = x.mutable_span<1>(); }
  { auto lent = y.mutable_span<1>(); }

  // Raw loops inside of spans: what hooks cost, and events at their ends.
  time("saxpy", [&] {
    auto from = x.span<1>();
    auto to = y.mutable_span<1>();
    for (int repeat = 0; repeat < 10; ++repeat) {
      for (Index i = 0; i < kSize; ++i) to(i) += 0.5f * from(i);
    }
  });
  auto grid = cow::zeros<double>({1000, 1000});
  auto next = cow::zeros<double>({1000, 1000});
  time("stencil", [&] {
    auto from = grid.span<2>();
    auto to = next.mutable_span<2>();
    for (int repeat = 0; repeat < 10; ++repeat) {
      for (Index i = 1; i < 999; ++i) {
        for (Index j = 1; j < 999; ++j) {
          to(i, j) = 0.25 * (from(i - 1, j) + from(i + 1, j) + from(i, j - 1) + from(i, j + 1));
        }
      }
    }
  });

  // Stores to other memory only.
  time("elsewhere", [&] {
    static float other[1 << 16];
    for (int repeat = 0; repeat < 200; ++repeat) {
      for (float& value : other) value = value * 0.5f + 1;
    }
  });

  // Operations of the library on lent buffers.
  time("bulk", [&] {
    for (int repeat = 0; repeat < 10; ++repeat) y += x;
  });
  time("sum", [&] {
    for (int repeat = 0; repeat < 10; ++repeat) y.sum();
  });
  time("elements", [&] {
    for (Index i = 0; i < 20'000; ++i) y(i * 50) = 1;
  });
  time("make_and_lend", [&] {
    for (int i = 0; i < 2'000; ++i) {
      auto small = cow::zeros<float>({100});
      small.mutable_span<1>()(0) = 1;
    }
  });
}
