// What sums, masks, gathers, comparisons and text cost, next to plain loops: small operands, which
// stay in the first cache, and large ones. Alone: `./bazelw run -c opt //bench:kernels`.

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "cow/cow.h"

namespace {

using cow::Array;
using cow::Index;

/// Elements of an operand, which as a matrix has so many rows and columns.
struct Size {
  const char* name;
  Index count;
  Index side;
};
constexpr Size kSizes[] = {{"small", 4096, 64}, {"large", 4194304, 2048}};

Array<double> numbers(cow::Shape shape) { return cow::random_uniform<double>(shape, 7); }

template <class E>
std::unique_ptr<E[]> memory(Index count) {
  return std::unique_ptr<E[]>(new E[static_cast<std::size_t>(count)]);
}

const double* pointer(const Array<double>& a) { return a.span<1>().data(); }

/// Times `work()`, which gives what is not to be optimised away; `ns` is the time an element.
template <class Work>
void time_elements(benchmark::State& state, Index count, Work work) {
  for (auto _ : state) {
    auto result = work();
    benchmark::DoNotOptimize(result);
    benchmark::ClobberMemory();
  }
  state.counters["ns"] = benchmark::Counter(
      1e-9 * static_cast<double>(count),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

std::string name_of(const char* what, const char* how, const Size& size) {
  return std::string(what) + "/" + how + "/" + size.name;
}

void register_case(const std::string& name, void (*function)(benchmark::State&, const Size&),
                   const Size& size) {
  benchmark::RegisterBenchmark(
      name.c_str(), [function, size](benchmark::State& state) { function(state, size); });
}

/// Times `ask` about a matrix.
template <class Ask>
void register_sum(const char* what, const Size& size, Ask ask) {
  benchmark::RegisterBenchmark(name_of(what, "cow", size).c_str(),
                               [ask, size](benchmark::State& state) {
                                 const Array<double> a = numbers({size.side, size.side});
                                 time_elements(state, size.count, [&] { return ask(a); });
                               });
}

/// What a loop with eight sums takes for all elements.
void sum_loop(benchmark::State& state, const Size& size) {
  const Array<double> a = numbers({size.count});
  const double* from = pointer(a);
  time_elements(state, size.count, [&] {
    double sums[8] = {};
    for (Index i = 0; i < size.count; i += 8) {
      for (int k = 0; k < 8; ++k) sums[k] += from[i + k];
    }
    double total = 0;
    for (double sum : sums) total += sum;
    return total;
  });
}

void register_sums(const Size& size) {
  register_sum("sum all", size, [](const auto& a) { return a.sum(); });
  register_sum("sum axis 0", size, [](const auto& a) { return a.sum(0); });
  register_sum("sum axis 1", size, [](const auto& a) { return a.sum(1); });
  register_sum("sum all of a.T", size, [](const auto& a) { return a.T().sum(); });
  register_sum("sum axis 0 of a.T", size, [](const auto& a) { return a.T().sum(0); });
  register_sum("sum axis 1 of a.T", size, [](const auto& a) { return a.T().sum(1); });
  register_case(name_of("sum all", "loop", size), sum_loop, size);
}

Array<bool> mask_of(Index count, double density) { return numbers({count}) < density; }

void register_masks(const Size& size) {
  for (int percent : {1, 50, 99}) {
    const std::string what = "a[mask], " + std::to_string(percent) + " %";
    benchmark::RegisterBenchmark(name_of(what.c_str(), "cow", size).c_str(),
                                 [percent, size](benchmark::State& state) {
                                   Array<double> a = numbers({size.count});
                                   const Array<bool> mask = mask_of(size.count, percent / 100.0);
                                   time_elements(state, size.count, [&] {
                                     Array<double> taken = a[mask];
                                     return taken;
                                   });
                                 });
    benchmark::RegisterBenchmark(name_of(what.c_str(), "loop", size).c_str(),
                                 [percent, size](benchmark::State& state) {
                                   const Array<double> a = numbers({size.count});
                                   const Array<bool> mask = mask_of(size.count, percent / 100.0);
                                   const double* from = pointer(a);
                                   const bool* is_taken = mask.span<1>().data();
                                   time_elements(state, size.count, [&] {
                                     Index count = 0;
                                     for (Index i = 0; i < size.count; ++i)
                                       count += is_taken[i] ? 1 : 0;
                                     auto taken = memory<double>(count);
                                     double* to = taken.get();
                                     for (Index i = 0; i < size.count; ++i) {
                                       if (is_taken[i]) *to++ = from[i];
                                     }
                                     return taken;
                                   });
                                 });
  }
}

void compare(benchmark::State& state, const Size& size) {
  const Array<double> a = numbers({size.count});
  time_elements(state, size.count, [&] { return a > 0.5; });
}
void compare_loop(benchmark::State& state, const Size& size) {
  const Array<double> a = numbers({size.count});
  const double* from = pointer(a);
  time_elements(state, size.count, [&] {
    auto result = memory<bool>(size.count);
    for (Index i = 0; i < size.count; ++i) result[static_cast<std::size_t>(i)] = from[i] > 0.5;
    return result;
  });
}

constexpr Index kColumns = 128;

/// Random positions below `end`.
std::vector<Index> positions(Index count, Index end) {
  std::vector<Index> result;
  const Array<double> random = numbers({count});
  for (Index i = 0; i < count; ++i) {
    result.push_back(static_cast<Index>(random(i) * static_cast<double>(end)));
  }
  return result;
}

void take_rows(benchmark::State& state, const Size& size) {
  const Index rows = size.count / kColumns;
  const Array<double> a = numbers({rows, kColumns});
  const Array<Index> taken = cow::from_span<Index>(positions(rows / 2, rows), {rows / 2});
  time_elements(state, size.count / 2, [&] { return a.take(taken, 0); });
}
void take_rows_loop(benchmark::State& state, const Size& size) {
  const Index rows = size.count / kColumns;
  const Array<double> a = numbers({size.count});
  const std::vector<Index> taken = positions(rows / 2, rows);
  const double* from = pointer(a);
  time_elements(state, size.count / 2, [&] {
    auto result = memory<double>(size.count / 2);
    double* to = result.get();
    for (Index row : taken) {
      std::memcpy(to, from + row * kColumns, sizeof(double) * kColumns);
      to += kColumns;
    }
    return result;
  });
}
void take_elements(benchmark::State& state, const Size& size) {
  const Array<double> a = numbers({size.count});
  const Array<Index> taken =
      cow::from_span<Index>(positions(size.count / 2, size.count), {size.count / 2});
  time_elements(state, size.count / 2, [&] { return a.take(taken); });
}
void take_elements_loop(benchmark::State& state, const Size& size) {
  const Array<double> a = numbers({size.count});
  const std::vector<Index> taken = positions(size.count / 2, size.count);
  const double* from = pointer(a);
  time_elements(state, size.count / 2, [&] {
    auto result = memory<double>(size.count / 2);
    double* to = result.get();
    for (Index position : taken) *to++ = from[position];
    return result;
  });
}

void print(benchmark::State& state, const Size& size) {
  // Small: as many as are shown in full.
  const Array<double> a = numbers({size.count == kSizes[0].count ? 1000 : size.count});
  for (auto _ : state) benchmark::DoNotOptimize(cow::to_string(a));
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const Size& size : kSizes) {
    register_sums(size);
    register_masks(size);
    register_case(name_of("a > 0.5", "cow", size), compare, size);
    register_case(name_of("a > 0.5", "loop", size), compare_loop, size);
    register_case(name_of("take rows", "cow", size), take_rows, size);
    register_case(name_of("take rows", "loop", size), take_rows_loop, size);
    register_case(name_of("take elements", "cow", size), take_elements, size);
    register_case(name_of("take elements", "loop", size), take_elements_loop, size);
    register_case(name_of("text", "cow", size), print, size);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
