// What a view costs, and what a copy: by size, 1 KiB to 256 MiB. Run with
// `./bazelw run -c opt //bench:view_vs_copy`.

#include <cstdint>
#include <cstring>
#include <memory>

#include "benchmark/benchmark.h"
#include "cow/cow.h"

namespace {

using cow::Array;
using cow::Index;

constexpr std::int64_t kSmallest = 1 << 10;
constexpr std::int64_t kLargest = 256 << 20;

Array<double> array_of_bytes(std::int64_t bytes) {
  return cow::ones<double>({bytes / Index{sizeof(double)}});
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

/// The limit: bytes into memory that was touched before.
void BM_MemcpyWarm(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const auto from = std::make_unique<char[]>(bytes);
  const auto to = std::make_unique<char[]>(bytes);
  for (auto _ : state) {
    std::memcpy(to.get(), from.get(), bytes);
    benchmark::DoNotOptimize(to.get());
    benchmark::ClobberMemory();
  }
  count_bytes(state);
}

/// What an eager copy has to do at least: memory from the allocator, and the bytes.
void BM_MemcpyFresh(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const auto from = std::make_unique<char[]>(bytes);
  for (auto _ : state) {
    const std::unique_ptr<char[]> to(new char[bytes]);
    std::memcpy(to.get(), from.get(), bytes);
    benchmark::DoNotOptimize(to.get());
    benchmark::ClobberMemory();
  }
  count_bytes(state);
}

void BM_View(benchmark::State& state) {
  Array<double> base = array_of_bytes(state.range(0));
  for (auto _ : state) {
    Array<double> view = base[cow::slice(1, cow::none)];
    benchmark::DoNotOptimize(view);
  }
}

void BM_ViewAndWrite(benchmark::State& state) {
  Array<double> base = array_of_bytes(state.range(0));
  for (auto _ : state) {
    Array<double> view = base[cow::slice(1, cow::none)];
    view(0) = 2;
    benchmark::DoNotOptimize(view);
  }
}

void BM_EagerCopy(benchmark::State& state) {
  const Array<double> base = array_of_bytes(state.range(0));
  for (auto _ : state) {
    Array<double> copy = base.copy();
    benchmark::DoNotOptimize(copy);
  }
  count_bytes(state);
}

void BM_CopyOnWriteCopy(benchmark::State& state) {
  const cow::ScopedMode mode(cow::Mode::kCopyOnWrite);
  const Array<double> base = array_of_bytes(state.range(0));
  for (auto _ : state) {
    Array<double> copy = base.copy();
    benchmark::DoNotOptimize(copy);
  }
}

void BM_CopyOnWriteCopyAndWrite(benchmark::State& state) {
  const cow::ScopedMode mode(cow::Mode::kCopyOnWrite);
  const Array<double> base = array_of_bytes(state.range(0));
  for (auto _ : state) {
    Array<double> copy = base.copy();
    copy(0) = 2;
    benchmark::DoNotOptimize(copy);
  }
  count_bytes(state);
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->RangeMultiplier(8)->Range(kSmallest, kLargest);
}

BENCHMARK(BM_MemcpyWarm)->Apply(sizes);
BENCHMARK(BM_MemcpyFresh)->Apply(sizes);
BENCHMARK(BM_View)->Apply(sizes);
BENCHMARK(BM_ViewAndWrite)->Apply(sizes);
BENCHMARK(BM_EagerCopy)->Apply(sizes);
BENCHMARK(BM_CopyOnWriteCopy)->Apply(sizes);
BENCHMARK(BM_CopyOnWriteCopyAndWrite)->Apply(sizes);

}  // namespace
