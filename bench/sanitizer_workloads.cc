// What sanitizer_cost.py times with the sanitizer in each of its modes and without it: programs of
// whole-array operations, loops over single elements, the making of views.

#include <cstdint>
#include <utility>
#include <vector>

#include "benchmark/benchmark.h"
#include "cow/cow.h"

namespace {

using cow::all;
using cow::Array;
using cow::Index;
using cow::slice;

constexpr Index kSide = 512;

// ---- programs of whole-array operations ------------------------------------------------------

// Heat on a plate, from one array into another.
void stencil(benchmark::State& state) {
  auto now = cow::random_uniform<double>({kSide, kSide}, 1);
  auto next = now.copy();
  const auto inner = slice(1, -1), before = slice(0, -2), after = slice(2, cow::none);
  for (auto _ : state) {
    next[{inner, inner}] =
        (now[{before, inner}] + now[{after, inner}] + now[{inner, before}] + now[{inner, after}]) *
        0.25;
    std::swap(now, next);
  }
}
BENCHMARK(stencil)->Name("arrays/stencil");

// Each row of a table is centred and scaled in place.
void standardize(benchmark::State& state) {
  auto table = cow::random_uniform<double>({64, 4096}, 2);
  for (auto _ : state) {
    for (Index i = 0; i < 64; ++i) {
      auto row = table[i].ref();
      row -= row.mean();
      row /= (row * row).mean() + 1e-9;
    }
  }
}
BENCHMARK(standardize)->Name("arrays/rows by refs");

// Elimination by rank-one updates of what is left, as in LU.
void eliminate(benchmark::State& state) {
  constexpr Index n = 128;
  const auto matrix = cow::random_uniform<double>({n, n}, 3) + cow::eye<double>(n) * double(n);
  for (auto _ : state) {
    auto a = matrix.copy();
    for (Index k = 0; k + 1 < n; ++k) {
      const auto rest = slice(k + 1, cow::none);
      a[{rest, k}] /= double(a(k, k));
      a[{rest, rest}] -= a[{rest, k, cow::newaxis}] * a[{cow::newaxis, k, rest}];
    }
    benchmark::DoNotOptimize(a);
  }
}
BENCHMARK(eliminate)->Name("arrays/elimination");

// Whole-array updates while a view of the array is kept: every write is one that others see.
void kept_view(benchmark::State& state) {
  auto a = cow::random_uniform<double>({kSide, kSide}, 4);
  auto view = a[{slice(0, 8), all}].ref();
  auto kept = a[{all, slice(0, 8)}];
  const auto b = cow::random_uniform<double>({kSide, kSide}, 5);
  for (auto _ : state) {
    a += b;
    a *= 0.5;
    benchmark::DoNotOptimize(view.sum());
  }
}
BENCHMARK(kept_view)->Name("arrays/updates under a kept view");

// Frames are drawn into a window of a canvas, and the canvas is summed.
void window(benchmark::State& state) {
  auto canvas = cow::zeros<float>({1024, 1024});
  auto view = canvas[{slice(256, 768), slice(256, 768)}].ref();
  const auto frame = cow::random_uniform<float>({kSide, kSide}, 6);
  for (auto _ : state) {
    view.assign(frame);
    benchmark::DoNotOptimize(canvas.sum());
  }
}
BENCHMARK(window)->Name("arrays/window of a canvas");

// Many arrays of a few elements.
void small_arrays(benchmark::State& state) {
  const auto points = cow::random_uniform<double>({256, 3}, 7);
  for (auto _ : state) {
    auto centre = cow::zeros<double>({3});
    for (Index i = 0; i < 256; ++i) centre += points[i] * 0.5;
    benchmark::DoNotOptimize(centre);
  }
}
BENCHMARK(small_arrays)->Name("arrays/small arrays");

// ---- loops over single elements ---------------------------------------------------------------

constexpr Index kLoop = 64;

void read_elements(benchmark::State& state) {
  const auto a = cow::random_uniform<double>({kLoop, kLoop}, 8);
  for (auto _ : state) {
    double sum = 0;
    for (Index i = 0; i < kLoop; ++i) {
      for (Index j = 0; j < kLoop; ++j) sum += a(i, j);
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * kLoop * kLoop);
}
BENCHMARK(read_elements)->Name("elements/read");

void write_elements(benchmark::State& state) {
  auto a = cow::zeros<double>({kLoop, kLoop});
  for (auto _ : state) {
    for (Index i = 0; i < kLoop; ++i) {
      for (Index j = 0; j < kLoop; ++j) a(i, j) = double(i + j);
    }
  }
  state.SetItemsProcessed(state.iterations() * kLoop * kLoop);
}
BENCHMARK(write_elements)->Name("elements/write");

void write_seen_elements(benchmark::State& state) {
  auto a = cow::zeros<double>({kLoop, kLoop});
  auto kept = a[all];
  double next = 0;
  for (auto _ : state) {
    for (Index i = 0; i < kLoop; ++i) {
      for (Index j = 0; j < kLoop; ++j) a(i, j) = next;
    }
    next += 1;
  }
  state.SetItemsProcessed(state.iterations() * kLoop * kLoop);
}
BENCHMARK(write_seen_elements)->Name("elements/write under a kept view");

void span_elements(benchmark::State& state) {
  auto a = cow::random_uniform<double>({kLoop, kLoop}, 9);
  for (auto _ : state) {
    auto span = a.mutable_span<2>();
    for (Index i = 0; i < kLoop; ++i) {
      for (Index j = 0; j < kLoop; ++j) span(i, j) += 1;
    }
  }
  state.SetItemsProcessed(state.iterations() * kLoop * kLoop);
}
BENCHMARK(span_elements)->Name("elements/by a span");

// ---- views ------------------------------------------------------------------------------------

template <class Make>
void make_views(benchmark::State& state, Make make) {
  auto a = cow::zeros<double>({kSide, kSide});
  for (auto _ : state) {
    auto view = make(a);
    benchmark::DoNotOptimize(view);
  }
}
void row(benchmark::State& state) {
  make_views(state, [](auto& a) { return a[3]; });
}
void block(benchmark::State& state) {
  make_views(state, [](auto& a) { return a[{slice(1, 9), slice(2, 8)}]; });
}
void transposed(benchmark::State& state) {
  make_views(state, [](auto& a) { return a.T(); });
}
BENCHMARK(row)->Name("views/a[3]");
BENCHMARK(block)->Name("views/a[1:9, 2:8]");
BENCHMARK(transposed)->Name("views/a.T");

// As many views of one buffer, each made, written and dropped.
void many_views(benchmark::State& state) {
  const Index n = state.range(0);
  auto a = cow::zeros<double>({n, 4});
  for (auto _ : state) {
    std::vector<Array<double>> rows;
    rows.reserve(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i) rows.push_back(a[i]);
    for (auto& view : rows) view(1) = 1.0;
  }
  state.SetItemsProcessed(state.iterations() * n);
}
BENCHMARK(many_views)->Name("many")->Arg(1000)->Arg(10000)->Arg(100000)->Arg(1000000);

// The same rows when the array that they are of is gone: no row can see a write to another one.
void orphaned_views(benchmark::State& state) {
  const Index n = state.range(0);
  for (auto _ : state) {
    std::vector<Array<double>> rows;
    rows.reserve(static_cast<std::size_t>(n));
    {
      auto a = cow::zeros<double>({n, 4});
      for (Index i = 0; i < n; ++i) rows.push_back(a[i]);
    }
    for (auto& view : rows) view(1) = 1.0;
  }
  state.SetItemsProcessed(state.iterations() * n);
}
BENCHMARK(orphaned_views)->Name("many orphans")->Arg(1000)->Arg(10000)->Arg(100000)->Arg(1000000);

}  // namespace
