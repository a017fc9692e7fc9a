// How long the exact overlap test takes, against the bounds test, for slices of one array and for
// the hard pairs of a facts file:
//
//   overlap_benchmark [--benchmark_...] [FACTS]    FACTS: overlap_facts.txt, plain or .gz
//
// Hard pairs are those whose section begins with "hard:"; the label is the verdict.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "cow/core/overlap.h"
#include "cow/tests/facts.h"

namespace cow {
namespace {

struct Memory {
  std::string name;
  Index itemsize = 1;
  std::vector<Index> shape;
  std::vector<Index> strides;
  Index address = 0;

  operator StridedMemory() const { return {address, shape, strides, itemsize}; }
};

Memory read_layout(std::istream& in) {
  Memory memory;
  std::size_t rank;
  in >> memory.itemsize >> rank;
  memory.shape.resize(rank);
  memory.strides.resize(rank);
  for (Index& extent : memory.shape) in >> extent;
  for (Index& stride : memory.strides) in >> stride;
  in >> memory.address;
  return memory;
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNo:
      return "no";
    case Verdict::kYes:
      return "yes";
    case Verdict::kTooHard:
      return "too hard";
    case Verdict::kOverflow:
      return "overflow";
  }
  return "";
}

void bench_exact(benchmark::State& state, const Memory& a, const Memory& b) {
  Verdict verdict = Verdict::kNo;
  for (auto _ : state) {
    OverlapResult result = find_overlap(a, b);
    benchmark::DoNotOptimize(result);
    verdict = result.verdict;
  }
  state.SetLabel(name_of(verdict));
}

void bench_bounds(benchmark::State& state, const Memory& a, const Memory& b) {
  for (auto _ : state) benchmark::DoNotOptimize(bounds_overlap(a, b));
}

void bench_self(benchmark::State& state, const Memory& a) {
  Verdict verdict = Verdict::kNo;
  for (auto _ : state) {
    OverlapResult result = find_self_overlap(a);
    benchmark::DoNotOptimize(result);
    verdict = result.verdict;
  }
  state.SetLabel(name_of(verdict));
}

// Slices of a float64 array of shape (100, 100), 800 bytes a row.
const Memory kBlock{"", 8, {40, 40}, {800, 8}, 0};
const Memory kPairs[] = {
    {"crossing blocks", 8, {40, 40}, {800, 8}, 20 * 800 + 20 * 8},
    {"blocks side by side", 8, {40, 40}, {800, 8}, 50 * 8},
    {"blocks far apart", 8, {40, 40}, {800, 8}, 50 * 800},
    {"transposed", 8, {40, 40}, {8, 800}, 20 * 8},
    {"reversed rows", 8, {40, 40}, {-800, 8}, 39 * 800},
    {"every second column", 8, {40, 20}, {800, 16}, 8},
    {"every third row and fifth column", 8, {13, 8}, {2400, 40}, 8},
    {"one element", 8, {}, {}, 20 * 800 + 20 * 8},
};
const Memory kEven{"", 8, {100, 50}, {800, 16}, 0};
const Memory kOdd{"", 8, {100, 50}, {800, 16}, 8};
const Memory kThird{"", 8, {33, 33}, {2400, 24}, 808};

void register_all(int argc, char** argv) {
  auto name = [](const char* kind, const Memory& b) { return std::string(kind) + b.name; };
  for (const Memory& b : kPairs) {
    benchmark::RegisterBenchmark(name("bounds/", b).c_str(), bench_bounds, kBlock, b);
    benchmark::RegisterBenchmark(name("exact/", b).c_str(), bench_exact, kBlock, b);
  }
  benchmark::RegisterBenchmark("exact/even and odd columns", bench_exact, kEven, kOdd);
  benchmark::RegisterBenchmark("exact/even columns, every third", bench_exact, kEven, kThird);
  benchmark::RegisterBenchmark("self/block", bench_self, kBlock);
  benchmark::RegisterBenchmark("self/sliding window", bench_self,
                               Memory{"", 8, {98, 3}, {8, 8}, 0});
  if (argc < 2) return;
  for (const std::string& line : testing::read_lines(argv[1])) {
    const std::size_t section = line.find(" hard:");
    if (section == std::string::npos) continue;
    std::istringstream in(line);
    std::string bar;
    const Memory a = read_layout(in);
    in >> bar;
    const Memory b = read_layout(in);
    benchmark::RegisterBenchmark(line.substr(section + 1).c_str(), bench_exact, a, b)
        ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace
}  // namespace cow

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  cow::register_all(argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
