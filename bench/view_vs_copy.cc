// What a view costs, what a copy, and what a copy that is put off until it must be: for each, what
// is done with it afterwards, 1 KiB to 256 MiB. view_vs_copy.py runs it and draws the charts:
//
//   ./bazelw run -c opt //bench:view_vs_copy

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "benchmark/benchmark.h"
#include "cow/cow.h"

namespace {

using cow::Array;
using cow::Index;
using cow::Mode;

constexpr std::int64_t kSmallest = 1 << 10;
constexpr std::int64_t kLargest = 256 << 20;

// ---- what is made of an array ----------------------------------------------------------------

Array<double> view_of(Array<double>& base) { return base[cow::slice(1, cow::none)]; }
Array<double> copy_of(Array<double>& base) { return base.copy(); }
/// Memory of its own at once, whatever `copy` does.
Array<double> eager_copy_of(Array<double>& base) {
  auto copy = cow::empty<double>(base.shape());
  copy.assign(base);
  return copy;
}

// ---- what is done with it --------------------------------------------------------------------

void nothing(Array<double>&) {}
void write_one(Array<double>& array) { array(array.size() / 2) = 2; }
void read_all(Array<double>& array) { benchmark::DoNotOptimize(array.sum()); }
void write_all(Array<double>& array) { array += 1.0; }

template <Mode kMode, Array<double> (*kMake)(Array<double>&), void (*kUse)(Array<double>&)>
void make_and_use(benchmark::State& state) {
  const cow::ScopedMode mode(kMode);
  Array<double> base = cow::ones<double>({state.range(0) / Index{sizeof(double)}});
  const auto run = [&] {
    Array<double> made = kMake(base);
    kUse(made);
    benchmark::DoNotOptimize(made);
  };
  run();  // memory from the system, once
  for (auto _ : state) run();
}

// ---- the limits ------------------------------------------------------------------------------

/// Bytes into memory that was touched before.
void memcpy_warm(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const auto from = std::make_unique<char[]>(bytes);
  const auto to = std::make_unique<char[]>(bytes);  // zeroes
  for (auto _ : state) {
    std::memcpy(to.get(), from.get(), bytes);
    benchmark::DoNotOptimize(to.get());
    benchmark::ClobberMemory();
  }
}

/// What an eager copy does at least: memory from the allocator, and the bytes.
void memcpy_fresh(benchmark::State& state) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const auto from = std::make_unique<char[]>(bytes);
  for (auto _ : state) {
    const std::unique_ptr<char[]> to(new char[bytes]);
    std::memcpy(to.get(), from.get(), bytes);
    benchmark::DoNotOptimize(to.get());
    benchmark::ClobberMemory();
  }
}

// ---- all of them, named USE/WHAT/BYTES -------------------------------------------------------

void add(const std::string& name, void (*run)(benchmark::State&)) {
  benchmark::RegisterBenchmark(name.c_str(), run)->RangeMultiplier(4)->Range(kSmallest, kLargest);
}

template <void (*kUse)(Array<double>&)>
void add_use(const std::string& use) {
  add(use + "/view", make_and_use<Mode::kView, view_of, kUse>);
  add(use + "/eager copy", make_and_use<Mode::kView, eager_copy_of, kUse>);
  add(use + "/copy-on-write", make_and_use<Mode::kCopyOnWrite, copy_of, kUse>);
}

[[maybe_unused]] const bool added = [] {
  add_use<nothing>("make");
  add("make/memcpy, warm", memcpy_warm);
  add("make/memcpy, fresh", memcpy_fresh);
  add_use<write_one>("write one");
  add_use<read_all>("read all");
  add_use<write_all>("write all");
  return true;
}();

}  // namespace
