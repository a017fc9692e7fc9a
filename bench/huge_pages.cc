// What large arrays cost on the pages that lazy copies need, and on others: 64 MiB. Run with
// `./bazelw run -c opt //bench:huge_pages`.

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "benchmark/benchmark.h"
#include "cow/cow.h"

namespace {

using cow::Index;
using cow::LargeArrays;

constexpr Index kCount = (Index{64} << 20) / Index{sizeof(double)};

LargeArrays kind_of(const benchmark::State& state) {
  return static_cast<LargeArrays>(state.range(0));
}

/// The first time: nothing is left of former arrays.
void BM_MakeAndFill(benchmark::State& state) {
  cow::set_large_arrays(kind_of(state));
  for (auto _ : state) {
    cow::Array<double> a = cow::ones<double>({kCount});
    benchmark::DoNotOptimize(a);
    state.PauseTiming();
    a = cow::Array<double>();
    cow::release_recycled_memory();
    state.ResumeTiming();
  }
}

void BM_MakeAndFillAgain(benchmark::State& state) {
  cow::set_large_arrays(kind_of(state));
  for (auto _ : state) {
    cow::Array<double> a = cow::ones<double>({kCount});
    benchmark::DoNotOptimize(a);
  }
  cow::release_recycled_memory();
}

void BM_ReadInOrder(benchmark::State& state) {
  cow::set_large_arrays(kind_of(state));
  const cow::Array<double> a = cow::ones<double>({kCount});
  for (auto _ : state) benchmark::DoNotOptimize(a.sum());
}

/// Time of one element.
void BM_ReadAtRandom(benchmark::State& state) {
  cow::set_large_arrays(kind_of(state));
  const cow::Array<double> a = cow::ones<double>({kCount});
  std::mt19937_64 random(1);
  std::vector<Index> places(1 << 20);
  for (Index& place : places) place = static_cast<Index>(random() % std::uint64_t{kCount});
  const auto span = a.span<1>();
  std::size_t next = 0;
  double sum = 0;
  for (auto _ : state) {
    sum += span(places[next]);
    next = (next + 1) % places.size();
  }
  benchmark::DoNotOptimize(sum);
}

void kinds(benchmark::internal::Benchmark* bench) {
  bench->ArgName("kind");  // 0: for lazy copies, 1: for eager ones, 2: huge pages
  for (int kind = 0; kind < 3; ++kind) bench->Arg(kind);
}

BENCHMARK(BM_MakeAndFill)->Apply(kinds)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_MakeAndFillAgain)->Apply(kinds)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ReadInOrder)->Apply(kinds)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ReadAtRandom)->Apply(kinds);

}  // namespace
