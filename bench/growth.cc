// How costs grow with the size of an array, with its rank, and with the number of views of it that
// are alive. growth.py runs it, with AliasSanitizer and without, and draws the charts:
//
//   ./bazelw run -c opt //bench:growth
//
// Cases are named AXIS/OPERATION/X.

#include <string>
#include <utility>
#include <vector>

#include "benchmark/benchmark.h"
#include "cow/cow.h"

namespace {

using cow::Array;
using cow::Index;

/// An array, and views of it that stay alive.
struct Subject {
  Array<double> array;
  std::vector<Array<double>> views;
};

/// One axis of `elements`.
Subject of_size(Index elements) { return {cow::ones<double>({elements}), {}}; }

/// 4096 elements in `rank` axes, all but the last of extent 2.
Subject of_rank(Index rank) {
  std::vector<Index> shape(static_cast<std::size_t>(rank), 2);
  shape.back() = 4096 >> (rank - 1);
  return {cow::ones<double>(shape), {}};
}

/// 65536 elements, and `count` views of as many equal parts.
Subject with_views(Index count) {
  constexpr Index kElements = 1 << 16;
  Subject subject = of_size(kElements);
  const Index part = count == 0 ? kElements : kElements / count;
  for (Index i = 0; i < count; ++i) {
    subject.views.push_back(subject.array[cow::slice(i * part, (i + 1) * part)]);
  }
  return subject;
}

// ---- the operations --------------------------------------------------------------------------

struct MakeView {
  template <std::size_t... kAxis>
  static void run(Array<double>& array, std::index_sequence<kAxis...>) {
    auto view = array[{(static_cast<void>(kAxis), cow::slice(0, cow::none, 2))...}];
    benchmark::DoNotOptimize(view);
  }
};

struct ReadElement {
  template <std::size_t... kAxis>
  static void run(Array<double>& array, std::index_sequence<kAxis...>) {
    benchmark::DoNotOptimize(static_cast<double>(array((static_cast<void>(kAxis), 1)...)));
  }
};

struct WriteElement {
  template <std::size_t... kAxis>
  static void run(Array<double>& array, std::index_sequence<kAxis...>) {
    array((static_cast<void>(kAxis), 1)...) = 2;
    benchmark::ClobberMemory();
  }
};

struct Copy {
  template <class Axes>
  static void run(Array<double>& array, Axes) {
    auto copy = array.copy();
    benchmark::DoNotOptimize(copy);
  }
};

struct WriteAll {
  template <class Axes>
  static void run(Array<double>& array, Axes) {
    array += 1.0;
    benchmark::ClobberMemory();
  }
};

template <class Operation, std::size_t kRank>
void time_operation(benchmark::State& state, Subject subject) {
  for (auto _ : state) Operation::run(subject.array, std::make_index_sequence<kRank>());
}

// ---- all of them -----------------------------------------------------------------------------

template <std::size_t kRank, Subject (*kMake)(Index)>
void add(const std::string& axis, Index x) {
  const auto add_one = [&](const std::string& operation, auto time) {
    const std::string name = axis + "/" + operation + "/" + std::to_string(x);
    benchmark::RegisterBenchmark(name.c_str(),
                                 [=](benchmark::State& state) { time(state, kMake(x)); });
  };
  add_one("make a view", time_operation<MakeView, kRank>);
  add_one("read an element", time_operation<ReadElement, kRank>);
  add_one("write an element", time_operation<WriteElement, kRank>);
  add_one("copy", time_operation<Copy, kRank>);
  add_one("write all", time_operation<WriteAll, kRank>);
}

template <std::size_t... kBefore>
void add_ranks(std::index_sequence<kBefore...>) {
  (add<kBefore + 1, of_rank>("rank", kBefore + 1), ...);
}

[[maybe_unused]] const bool added = [] {
  for (Index elements = 16; elements <= 1 << 24; elements *= 8) add<1, of_size>("size", elements);
  add_ranks(std::make_index_sequence<8>());
  for (Index count = 1; count <= 10'000; count *= 10) add<1, with_views>("views", count);
  return true;
}();

}  // namespace
