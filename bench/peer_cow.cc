// This library on the workloads of a harness that compares array libraries; `peers.sh` starts it.
// The harness defines the workloads and the output (see peer_contract.h); each is written here as a
// user of the library would write it.

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "cow/bench/peer_contract.h"
#include "cow/core/overlap.h"
#include "cow/cow.h"

namespace {

using cow::all;
using cow::Array;
using cow::Index;
using cow::none;
using cow::slice;
using cow::bench::Cell;
using cow::bench::keep;
using cow::bench::PeerReport;
using cow::bench::Unit;

/// Elements of an axis, side of a square matrix, side of a cube.
struct Size {
  const char* name;
  Index length, side, cube_side;

  /// A block in the middle of the matrix: three quarters of the rows and of the columns.
  cow::Slice block() const { return slice(side / 8, side - side / 8); }
  Index block_size() const { return (side - side / 4) * (side - side / 4); }
};
constexpr Size kSizes[] = {{"S", 4096, 64, 32}, {"L", 4 << 20, 2048, 256}};

std::vector<Size> sizes(const PeerReport& report) {
  return {std::begin(kSizes), std::end(kSizes) - (report.options().small ? 1 : 0)};
}

/// Keeps a result, and with it the work on its elements.
template <class E>
void keep_array(const Array<E>& array) {
  keep(&array);
  keep(array.handle().node().data);
}

Array<double> uniform(cow::Shape shape, std::uint64_t seed = 1) {
  return cow::random_uniform<double>(shape, seed);
}

/// Whole numbers below `end`.
Array<Index> random_positions(Index count, Index end) {
  return (uniform({count}, 7) * static_cast<double>(end)).astype<Index>();
}

void time_views(PeerReport& report) {
  Array<double> a = uniform({1000, 1000});
  Array<double> v = uniform({1000000});
  const auto time = [&](const char* variant, auto make) {
    report.time({"view_create", variant, "-", 1, 1}, [&] {
      auto view = make();
      keep(&view);
    });
  };
  time("slice_1d", [&] { return v[slice(100, 200)]; });
  time("sub_2d", [&] { return a[{slice(100, 200), slice(100, 200)}]; });
  time("row", [&] { return a[5]; });
  time("col", [&] { return a[{all, 5}]; });
  time("transpose", [&] { return a.T(); });
  time("reshape", [&] { return a.reshape({500, 2000}); });
}

void time_view_chain(PeerReport& report) {
  Array<double> a = uniform({1000, 1000});
  const std::array<cow::IndexItem, 2> inner = {slice(1, -1), slice(1, -1)};
  report.time({"view_chain", "nested8", "-", 8, 1}, [&] {
    auto view = a[inner][inner][inner][inner][inner][inner][inner][inner];
    keep(&view);
  });
}

void time_strided_writes(PeerReport& report, const Size& size) {
  Array<double> x = uniform({size.length});
  Array<double> a = uniform({size.side, size.side});
  const auto time = [&](const std::string& variant, Index count, auto part) {
    const double items = static_cast<double>(count);
    report.time({"strided_write", "fill_" + variant, size.name, count, items},
                [&] { part().fill(1.5); });
    report.time({"strided_write", "add_" + variant, size.name, count, items},
                [&] { part() += 1e-9; });
  };
  time("contig", size.length, [&]() -> Array<double>& { return x; });
  time("every2", size.length / 2, [&] { return x[slice(none, none, 2)]; });
  time("neg", size.length, [&] { return x[slice(none, none, -1)]; });
  Index column = 0;
  time("col", size.side, [&] {
    column = (column + 8) % size.side;
    return a[{all, column}];
  });
  time("sub", size.block_size(), [&] { return a[{size.block(), size.block()}]; });
}

/// The source is made anew for each copy, as an expression in a program would.
template <class Source>
void time_copy(PeerReport& report, const Size& size, const std::string& variant, Source source) {
  auto out = source().copy();
  const double bytes = static_cast<double>(out.nbytes());
  Cell cell = {"deep_copy", variant + "/fresh", size.name, out.size(), bytes, Unit::kGigabytes};
  report.time(cell, [&] { keep_array(source().copy()); });
  cell.variant = variant + "/into";
  report.time(cell, [&] { keep_array(out.assign(source())); });
}

/// Copies that copy: `copy()` of a large array would put it off (see time_copy_on_write).
void time_copies(PeerReport& report, const Size& size) {
  const cow::LargeArrays before = cow::large_arrays();
  cow::set_large_arrays(cow::LargeArrays::kEagerCopies);
  Array<double> x = uniform({size.length});
  Array<double> a = uniform({size.side, size.side});
  const Index cube = size.cube_side;
  Array<float> f = cow::random_uniform<float>({cube, cube, cube}, 1);
  time_copy(report, size, "contig", [&]() -> Array<double>& { return x; });
  time_copy(report, size, "every2", [&] { return x[slice(none, none, 2)]; });
  time_copy(report, size, "colblock", [&] {
    return a[{all, slice(size.side / 4, size.side / 2)}];
  });
  time_copy(report, size, "transpose", [&] { return a.T(); });
  time_copy(report, size, "reversed", [&] { return x[slice(none, none, -1)]; });
  time_copy(report, size, "perm3d", [&] { return f.transpose({2, 0, 1}); });
  cow::set_large_arrays(before);
}

void time_reshapes(PeerReport& report, const Size& size) {
  Array<double> a = uniform({size.side, size.side});
  const auto time = [&](const char* variant, Index count, auto flatten) {
    report.time({"reshape_copy", variant, size.name, count, static_cast<double>(count) * 8,
                 Unit::kGigabytes},
                [&] { keep_array(flatten()); });
  };
  time("t_flat", a.size(), [&] { return a.T().reshape({-1}); });
  time("sub_flat", size.block_size(), [&] {
    return a[{size.block(), size.block()}].reshape({-1});
  });
}

void time_take(PeerReport& report, const Size& size) {
  constexpr Index kColumns = 128;
  const Index rows = size.length / kColumns;
  Array<double> x = uniform({size.length});
  Array<double> r = x.reshape({rows, kColumns});
  const Array<Index> row_positions = random_positions(rows / 2, rows);
  const Array<Index> positions = random_positions(size.length / 2, size.length);
  const auto time = [&](const char* variant, auto take) {
    const Index count = take().size();
    report.time({"take", variant, size.name, count, static_cast<double>(count)},
                [&] { keep_array(take()); });
  };
  time("rows", [&] { return r.take(row_positions, 0); });
  time("rows[]", [&] { return r[row_positions]; });
  time("elems", [&] { return x.take(positions); });
  time("elems[]", [&] { return x[positions]; });
}

void time_masks(PeerReport& report, const Size& size) {
  Array<double> x = uniform({size.length});
  const auto time = [&](const std::string& variant, auto select) {
    report.time({"mask", variant, size.name, size.length, static_cast<double>(size.length)},
                [&] { keep_array(select()); });
  };
  for (int percent : {1, 50, 99}) {
    const Array<bool> mask = uniform({size.length}, 9) < percent / 100.0;
    const std::string variant = "compress" + std::to_string(percent);
    time(variant, [&] { return x.compress(mask); });
    time(variant + "[]", [&] { return x[mask]; });
  }
  time("gt", [&] { return x > 0.5; });
}

void time_arithmetic(PeerReport& report, const Size& size) {
  Array<double> a = uniform({size.side, size.side});
  Array<double> b = uniform({size.side, size.side}, 2);
  double s = 1.25;
  keep(&s);
  const auto function = [s](double x, double y) { return x + y * s; };
  PeerReport with_operators = report.as("cow_operators");
  const auto time = [&](const std::string& variant, const Array<double>& left,
                        const Array<double>& right) {
    Cell cell = {"binop", variant + "/fresh", size.name, left.size(),
                 static_cast<double>(left.size())};
    report.time(cell, [&] { keep_array(cow::map(function, left, right)); });
    with_operators.time(cell, [&] { keep_array(left + right * s); });
    auto out = cow::empty<double>(left.shape());
    cell.variant = variant + "/into";
    report.time(cell, [&] { keep_array(cow::map_into(out, function, left, right)); });
    with_operators.time(cell, [&] { keep_array(out.assign(left + right * s)); });
  };
  time("contig", a, b);
  time("sub", a[{size.block(), size.block()}], b[{size.block(), size.block()}]);
  time("mixT", a, b.T());
}

void time_sums(PeerReport& report, const Size& size) {
  Array<double> a = uniform({size.side, size.side});
  const auto time = [&](const std::string& order, const Array<double>& array) {
    const double items = static_cast<double>(array.size());
    report.time({"sum", order + "_all", size.name, array.size(), items}, [&] {
      const double sum = array.sum();
      keep(&sum);
    });
    for (Index axis : {0, 1}) {
      report.time({"sum", order + "_ax" + std::to_string(axis), size.name, array.size(), items},
                  [&] { keep_array(array.sum(axis)); });
    }
  };
  time("C", a);
  time("T", a.T());
}

/// Compares what `write` makes of `array` with its elements moved to `expected` places before.
template <class Write, class Expected>
void time_overlap(PeerReport& report, const Size& size, const char* variant, Array<double>& array,
                  Write write, Expected expected) {
  const Array<double> before = array.copy().reshape({-1});
  write();
  const Array<double> after = array.copy().reshape({-1});
  bool is_correct = true;
  for (Index i = 0; i < after.size(); ++i) is_correct &= after(i) == before(expected(i));
  report.time_checked(
      {"overlap", variant, size.name, array.size(), static_cast<double>(array.size())}, is_correct,
      [&] {
        write();
        keep_array(array);
      });
}

void time_overlaps(PeerReport& report, const Size& size) {
  Array<double> x = uniform({size.length}, 3);
  Array<double> a = uniform({size.side, size.side});
  const Index last = size.length - 1;
  time_overlap(
      report, size, "fwd", x, [&] { x[slice(1, none)] = x[slice(none, -1)]; },
      [](Index i) { return std::max<Index>(i - 1, 0); });
  time_overlap(
      report, size, "bwd", x, [&] { x[slice(none, -1)] = x[slice(1, none)]; },
      [=](Index i) { return std::min(i + 1, last); });
  time_overlap(
      report, size, "rev", x, [&] { x.assign(x[slice(none, none, -1)]); },
      [=](Index i) { return last - i; });
  time_overlap(
      report, size, "self_T", a, [&] { a.assign(a.T()); },
      [side = size.side](Index i) { return i % side * side + i / side; });
}

/// One half of a line of the harness's file of pairs; offset and strides are in bytes.
struct ByteLayout {
  Index offset = 0;
  std::vector<Index> shape;
  std::vector<Index> strides;
  Index itemsize = 1;

  operator cow::StridedMemory() const { return {offset, shape, strides, itemsize}; }
};

ByteLayout read_layout(std::istream& in, Index itemsize) {
  ByteLayout layout;
  layout.itemsize = itemsize;
  std::size_t rank = 0;
  in >> layout.offset >> rank;
  layout.shape.resize(rank);
  layout.strides.resize(rank);
  for (Index& extent : layout.shape) in >> extent;
  for (Index& stride : layout.strides) in >> stride;
  return layout;
}

std::vector<std::array<ByteLayout, 2>> read_pairs(const std::string& path) {
  std::vector<std::array<ByteLayout, 2>> pairs;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream in(line);
    Index itemsize = 1;
    in >> itemsize;
    ByteLayout first = read_layout(in, itemsize);
    pairs.push_back({std::move(first), read_layout(in, itemsize)});
  }
  return pairs;
}

/// Seconds that it takes to say whether the two overlap: the better of two runs.
/// Errors: `std::runtime_error` if it is not said.
double overlap_seconds(const std::array<ByteLayout, 2>& pair) {
  double best = INFINITY;
  for (int run = 0; run < 2; ++run) {
    const double start = cow::bench::thread_seconds();
    const cow::OverlapResult result = cow::find_overlap(pair[0], pair[1]);
    keep(&result);
    best = std::min(best, cow::bench::thread_seconds() - start);
    if (result.verdict != cow::Verdict::kYes && result.verdict != cow::Verdict::kNo) {
      throw std::runtime_error("a hard pair is not decided");
    }
  }
  return best;
}

/// Asked of `find_overlap`, as `shares_memory` does: the offsets are not aligned, as those of
/// arrays would be.
void time_hard_pairs(PeerReport& report) {
  auto pairs = read_pairs(report.options().pairs);
  if (pairs.size() < 2) return;
  const std::string note = std::to_string(pairs.size() - 1) + " random pairs, all decided";
  const double documented = overlap_seconds(pairs.back());
  pairs.pop_back();
  std::vector<double> seconds;
  for (const auto& pair : pairs) seconds.push_back(overlap_seconds(pair));
  std::sort(seconds.begin(), seconds.end());
  const Index count = std::ssize(seconds);
  report.print_seconds({"shares", "hard_median", "-", count, 1}, seconds[seconds.size() / 2], note);
  report.print_seconds({"shares", "hard_worst", "-", count, 1}, seconds.back(), note);
  report.print_seconds({"shares", "hard_doc_pair", "-", 1, 1}, documented, "");
}

void time_shares(PeerReport& report) {
  Array<double> a = uniform({1000, 1000});
  const auto p = a[{slice(100, 200), slice(100, 200)}];
  const auto q = a[{slice(150, 250), slice(150, 250)}];
  const auto even = a.ravel()[slice(none, none, 2)];
  const auto odd = a.ravel()[slice(1, none, 2)];
  const auto time = [&](const char* variant, auto ask) {
    report.time({"shares", variant, "-", 1, 1}, [&] {
      const bool answer = ask();
      keep(&answer);
    });
  };
  time("may", [&] { return cow::may_share_memory(p, q); });
  time("easy_true", [&] { return cow::shares_memory(p, q); });
  time("easy_false", [&] { return cow::shares_memory(even, odd); });
  time_hard_pairs(report);
}

void time_copies_in_mode(PeerReport& report, cow::Mode mode) {
  struct Bytes {
    const char* name;
    Index count;
  };
  constexpr Bytes kBytes[] = {{"1MB", 1 << 17}, {"64MB", 1 << 23}, {"1GB", 1 << 27}};
  const cow::ScopedMode scope(mode);
  for (const auto& [name, count] : kBytes) {
    const Array<double> a = uniform({count});
    const Index middle = count / 2;
    report.time({"cow", "copy_read1", name, count, 1}, [&] {
      const auto copy = a.copy();
      const double value = copy(middle);
      keep(&value);
    });
    report.time({"cow", "copy_write1", name, count, 1}, [&] {
      auto copy = a.copy();
      copy(middle) = 1;
      keep_array(copy);
    });
    if (report.options().small) break;
  }
}

void time_copy_on_write(PeerReport& report) {
  time_copies_in_mode(report, cow::Mode::kCopyOnWrite);
  PeerReport in_view_mode = report.as("cow_view_mode");
  time_copies_in_mode(in_view_mode, cow::Mode::kView);
}

void time_print(PeerReport& report) {
  const auto time = [&](const char* variant, Index count) {
    const Array<double> a = uniform({count});
    report.time({"print", variant, "-", count, 1}, [&] {
      const std::string text = cow::to_string(a);
      keep(text.data());
    });
  };
  time("full1000", 1000);
  time("summ1e6", 1000000);
}

struct Workload {
  const char* name;
  void (*time)(PeerReport&);
};
struct SizedWorkload {
  const char* name;
  void (*time)(PeerReport&, const Size&);
};

void time_all(PeerReport& report) {
  constexpr SizedWorkload kSized[] = {{"strided_write", time_strided_writes},
                                      {"deep_copy", time_copies},
                                      {"reshape_copy", time_reshapes},
                                      {"take", time_take},
                                      {"mask", time_masks},
                                      {"binop", time_arithmetic},
                                      {"sum", time_sums},
                                      {"overlap", time_overlaps}};
  constexpr Workload kOthers[] = {{"view_create", time_views},
                                  {"view_chain", time_view_chain},
                                  {"shares", time_shares},
                                  {"cow", time_copy_on_write},
                                  {"print", time_print}};
  for (const Workload& workload : kOthers) {
    if (report.wants(workload.name)) workload.time(report);
  }
  for (const SizedWorkload& workload : kSized) {
    if (!report.wants(workload.name)) continue;
    for (const Size& size : sizes(report)) workload.time(report, size);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    PeerReport report("cow", cow::bench::parse_peer_options({argv + 1, argv + argc}), std::cout);
    time_all(report);
  } catch (const std::exception& error) {
    std::cerr << "peer_cow: " << error.what() << '\n';
    return 1;
  }
}
