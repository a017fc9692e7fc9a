// What one view, handle or element costs, each beside the least that the same takes by hand: a
// shared_ptr and a struct of extents and strides. `./bazelw run -c opt //bench:view_cost`.

#include <memory>
#include <string>
#include <utility>

#include "benchmark/benchmark.h"
#include "cow/cow.h"

namespace {

using cow::all;
using cow::Array;
using cow::Index;
using cow::slice;

/// A view made by hand: keeps the memory alive, knows its rank at run time.
struct RawView {
  std::shared_ptr<double[]> memory;
  double* first;
  int ndim;
  Index extents[4];
  Index strides[4];
};

RawView raw_matrix() {
  std::shared_ptr<double[]> memory(new double[1'000'000]());
  double* first = memory.get();
  return {std::move(memory), first, 2, {1000, 1000}, {1000, 1}};
}

RawView raw_part(const RawView& from, Index begin, Index end) {
  RawView part = from;
  for (int axis = 0; axis < part.ndim; ++axis) {
    part.first += begin * part.strides[axis];
    part.extents[axis] = end - begin;
  }
  return part;
}

/// Times `make`, which makes something of a matrix, and its end.
template <class Make>
void register_made(const char* name, cow::Mode mode, Make make) {
  benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
    const cow::ScopedMode scope(mode);
    Array<double> a = cow::zeros<double>({1000, 1000});
    for (auto _ : state) {
      auto made = make(a);
      benchmark::DoNotOptimize(made);
    }
  });
}

void register_raw() {
  benchmark::RegisterBenchmark("raw/a[100:200, 100:200]", [](benchmark::State& state) {
    const RawView a = raw_matrix();
    for (auto _ : state) {
      RawView part = raw_part(a, 100, 200);
      benchmark::DoNotOptimize(part);
    }
  });
  benchmark::RegisterBenchmark("raw/a[1:-1, 1:-1] eight times", [](benchmark::State& state) {
    const RawView a = raw_matrix();
    for (auto _ : state) {
      RawView view = a;
      for (int i = 0; i < 8; ++i) view = raw_part(view, 1, view.extents[0] - 1);
      benchmark::DoNotOptimize(view);
    }
  });
  benchmark::RegisterBenchmark("raw/read a(i, j)", [](benchmark::State& state) {
    const RawView a = raw_matrix();
    Index i = 3, j = 5;
    for (auto _ : state) {
      benchmark::DoNotOptimize(i);
      benchmark::DoNotOptimize(j);
      double element = a.first[i * a.strides[0] + j * a.strides[1]];
      benchmark::DoNotOptimize(element);
    }
  });
  benchmark::RegisterBenchmark("raw/a(i, j) = x", [](benchmark::State& state) {
    const RawView a = raw_matrix();
    Index i = 3, j = 5;
    for (auto _ : state) {
      benchmark::DoNotOptimize(i);
      benchmark::DoNotOptimize(j);
      a.first[i * a.strides[0] + j * a.strides[1]] = 1;
      benchmark::ClobberMemory();
    }
  });
}

void register_arrays(const std::string& prefix, cow::Mode mode) {
  const auto made = [&](const char* what, auto make) {
    register_made((prefix + what).c_str(), mode, make);
  };
  made("a[7]", [](auto& a) { return a[7]; });
  made("a[100:200]", [](auto& a) { return a[slice(100, 200)]; });
  made("a[100:200, 100:200]", [](auto& a) { return a[{slice(100, 200), slice(100, 200)}]; });
  made("a[:, 7]", [](auto& a) { return a[{all, 7}]; });
  made("a.T", [](auto& a) { return a.T(); });
  made("a.reshape(500, 2000)", [](auto& a) { return a.reshape({500, 2000}); });
  made("a[1:-1, 1:-1] eight times, each named", [](auto& a) {
    Array<double> view = a;
    for (int i = 0; i < 8; ++i) view = view[{slice(1, -1), slice(1, -1)}];
    return view;
  });
  made("a[1:-1, 1:-1] eight times, a chain", [](auto& a) {
    const cow::IndexItem inner[] = {slice(1, -1), slice(1, -1)};
    const cow::IndexItems items(inner);
    return a[items][items][items][items][items][items][items][items];
  });
  made("copy of a handle", [](auto& a) { return Array<double>(a); });
  made("a.ref()", [](auto& a) { return a.ref(); });
  made("zeros(4)", [](auto&) { return cow::zeros<double>({4}); });

  const auto used = [&](const char* what, auto use) {
    benchmark::RegisterBenchmark((prefix + what).c_str(), [=](benchmark::State& state) {
      const cow::ScopedMode scope(mode);
      Array<double> a = cow::zeros<double>({1000, 1000});
      Index i = 3, j = 5;
      for (auto _ : state) {
        benchmark::DoNotOptimize(i);
        benchmark::DoNotOptimize(j);
        use(a, i, j);
        benchmark::ClobberMemory();
      }
    });
  };
  used("a handle moved away and back", [](auto& a, Index, Index) {
    Array<double> moved = std::move(a);
    a = std::move(moved);
  });
  used("read a(i, j)", [](auto& a, Index i, Index j) {
    double element = std::as_const(a)(i, j);
    benchmark::DoNotOptimize(element);
  });
  used("a(i, j) = x", [](auto& a, Index i, Index j) { a(i, j) = 1; });
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  register_raw();
  register_arrays("view/", cow::Mode::kView);
  register_arrays("cow/", cow::Mode::kCopyOnWrite);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
