// What making a view and asking for shared memory cost, case by case as in numpy_ratio.py, which
// measures NumPy next to it. Alone: `./bazelw run -c opt //bench:view_algebra`.

#include "benchmark/benchmark.h"
#include "cow/cow.h"

namespace {

using cow::all;
using cow::Array;
using cow::newaxis;
using cow::none;
using cow::slice;

Array<double> matrix() { return cow::zeros<double>({1000, 1000}); }

/// Times `make`, which makes a view of a matrix.
template <class Make>
void register_view(const char* name, Make make) {
  benchmark::RegisterBenchmark(name, [make](benchmark::State& state) {
    Array<double> a = matrix();
    for (auto _ : state) {
      Array<double> view = make(a);
      benchmark::DoNotOptimize(view);
    }
  });
}

/// Times `ask` about two views of a matrix, which `make` makes.
template <class Make, class Ask>
void register_question(const char* name, Make make, Ask ask) {
  benchmark::RegisterBenchmark(name, [make, ask](benchmark::State& state) {
    Array<double> a = matrix();
    const auto [x, y] = make(a);
    for (auto _ : state) benchmark::DoNotOptimize(ask(x, y));
    state.SetLabel(ask(x, y) ? "yes" : "no");
  });
}

using Pair = std::pair<Array<double>, Array<double>>;

const auto kMayShare = [](const auto& x, const auto& y) { return cow::may_share_memory(x, y); };
const auto kShares = [](const auto& x, const auto& y) { return cow::shares_memory(x, y); };

void register_views() {
  register_view("view/a[1]", [](auto& a) { return a[1]; });
  register_view("view/a[1:9]", [](auto& a) { return a[slice(1, 9)]; });
  register_view("view/a[1:9, ::2]", [](auto& a) { return a[{slice(1, 9), slice(none, none, 2)}]; });
  register_view("view/a[:, 1]", [](auto& a) { return a[{all, 1}]; });
  register_view("view/a[newaxis]", [](auto& a) { return a[newaxis]; });
  register_view("view/a.T", [](auto& a) { return a.T(); });
  register_view("view/a.transpose(1, 0)", [](auto& a) { return a.transpose({1, 0}); });
  register_view("view/a.reshape(500, 2000)", [](auto& a) { return a.reshape({500, 2000}); });
  register_view("view/a.ravel()", [](auto& a) { return a.ravel(); });
}

void register_questions() {
  const auto crossing = [](auto& a) {
    return Pair(a[{slice(100, 200), slice(100, 200)}], a[{slice(150, 250), slice(150, 250)}]);
  };
  const auto apart = [](auto& a) { return Pair(a[slice(0, 100)], a[slice(500, 600)]); };
  const auto interleaved = [](auto& a) {
    Array<double> flat = a.ravel();
    return Pair(flat[slice(none, none, 2)], flat[slice(1, none, 2)]);
  };
  const auto thirds = [](auto& a) {
    Array<double> flat = a.ravel();
    return Pair(flat[slice(none, none, 2)], flat[slice(1, none, 3)]);
  };
  const auto nested = [](auto& a) {
    Array<double> outer = a[{slice(100, 900), slice(100, 900)}];
    return Pair(outer[{slice(10, 20), slice(10, 20)}], outer);
  };
  const auto columns = [](auto& a) { return Pair(a[{all, 3}], a[{all, 4}]); };
  const auto halves = [](auto& a) {
    return Pair(a[{all, slice(none, 500)}], a[{all, slice(500, none)}]);
  };
  const auto transposed = [](auto& a) { return Pair(a[{slice(0, 10), all}], a.T()); };
  register_question("may_share_memory/blocks that cross", crossing, kMayShare);
  register_question("may_share_memory/blocks apart", apart, kMayShare);
  register_question("shares_memory/blocks that cross", crossing, kShares);
  register_question("shares_memory/blocks apart", apart, kShares);
  register_question("shares_memory/even and odd elements", interleaved, kShares);
  register_question("shares_memory/every second and third", thirds, kShares);
  register_question("shares_memory/a block in a block", nested, kShares);
  register_question("shares_memory/two columns", columns, kShares);
  register_question("shares_memory/left and right half", halves, kShares);
  register_question("shares_memory/rows and the transpose", transposed, kShares);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  register_views();
  register_questions();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
