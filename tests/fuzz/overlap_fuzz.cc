// The exact overlap test against enumeration: pairs of layouts, layouts with themselves, and sums.
// Of layouts with too many elements to enumerate: that answers agree with each other, and examples
// are right.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cow/core/bounded_sum.h"
#include "cow/core/overlap.h"
#include "cow/tests/fuzz/fuzz_input.h"

namespace cow::fuzz {
namespace {

using absl::int128;

constexpr Index kMostElements = 1024;
constexpr Index kMaxWork = 200'000;
// Beyond this, extents in bytes may be called an overflow: 2^120, and errors of the estimate.
constexpr double kFar = 0x0.fffffp120;

// A layout with its own storage.
struct Memory {
  Index address = 0;
  std::vector<Index> shape;
  std::vector<Index> strides;
  Index itemsize = 1;

  operator StridedMemory() const { return {address, shape, strides, itemsize}; }

  std::string text() const {
    return absl::StrCat("(", itemsize, " bytes, shape ", absl::StrJoin(shape, ","), ", strides ",
                        absl::StrJoin(strides, ","), ", at ", address, ")");
  }
};

Memory read_memory(FuzzInput& in) {
  Memory memory;
  const Index kind = in.number(0, 7);
  const Index rank = in.number(0, kind == 7 ? 8 : 4);
  const Index scale = in.number(1, 8);
  memory.itemsize =
      kind == 6 ? in.any_number() & std::numeric_limits<Index>::max() : in.number(0, 11);
  memory.address = kind == 0 ? in.any_number() : in.number(-100, 100);
  for (Index axis = 0; axis < rank; ++axis) {
    // Extents are few and strides small, or both are anything.
    const Index extent = kind == 7 ? in.any_number() : in.number(0, 11);
    memory.shape.push_back(extent < 0 ? ~extent : extent);
    memory.strides.push_back(kind >= 5 ? in.any_number() : scale * in.number(-60, 60));
  }
  return memory;
}

bool is_empty(const Memory& a) {
  return a.itemsize == 0 || std::count(a.shape.begin(), a.shape.end(), 0) != 0;
}

// Of the bytes from the lowest to the highest; never less by more than rounding.
double reach_of(const Memory& a) {
  double reach = static_cast<double>(a.itemsize) + std::abs(static_cast<double>(a.address));
  for (std::size_t k = 0; k < a.shape.size(); ++k) {
    reach += std::abs(static_cast<double>(a.strides[k])) * static_cast<double>(a.shape[k]);
  }
  return reach;
}

bool is_countable(const Memory& a) {
  double count = 1;
  for (Index extent : a.shape) count *= static_cast<double>(extent);
  return count <= kMostElements;
}

// Addresses of all elements, sorted.
std::vector<int128> addresses(const Memory& a) {
  if (is_empty(a)) return {};
  std::vector<int128> all{a.address};
  for (std::size_t k = 0; k < a.shape.size(); ++k) {
    const std::size_t before = all.size();
    for (Index i = 1; i < a.shape[k]; ++i) {
      for (std::size_t j = 0; j < before; ++j) all.push_back(all[j] + int128(a.strides[k]) * i);
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

bool shares_a_byte(const Memory& a, const Memory& b) {
  const std::vector<int128> in_a = addresses(a), in_b = addresses(b);
  for (auto i = in_a.begin(), j = in_b.begin(); i != in_a.end() && j != in_b.end();) {
    if (*i < *j + b.itemsize && *j < *i + a.itemsize) return true;
    ++(*i < *j ? i : j);
  }
  return false;
}

bool shares_a_byte_with_itself(const Memory& a) {
  const std::vector<int128> all = addresses(a);
  return std::adjacent_find(all.begin(), all.end(),
                            [&](int128 x, int128 y) { return y - x < a.itemsize; }) != all.end();
}

// Address of an element of a layout that is known not to overflow.
int128 address_of(const Memory& a, const Dims& index, const std::string& text) {
  if (index.size() != a.shape.size()) fail("rank of an index: " + text);
  int128 address = a.address;
  for (std::size_t k = 0; k < index.size(); ++k) {
    if (index[k] < 0 || index[k] >= a.shape[k]) fail("index out of range: " + text);
    address += int128(a.strides[k]) * index[k];
  }
  return address;
}

void check_witness(const OverlapResult& result, const Memory& a, const Memory& b,
                   const std::string& text) {
  if (result.verdict != Verdict::kYes) {
    if (!result.index_a.empty() || !result.index_b.empty()) fail("an example of nothing: " + text);
    return;
  }
  const int128 x = address_of(a, result.index_a, text), y = address_of(b, result.index_b, text);
  if (x >= y + b.itemsize || y >= x + a.itemsize) fail("elements without a common byte: " + text);
}

bool is_decided(Verdict verdict) { return verdict == Verdict::kYes || verdict == Verdict::kNo; }

void check_verdict(Verdict verdict, bool expected, const std::string& text) {
  if (is_decided(verdict) && (verdict == Verdict::kYes) != expected) fail("verdict: " + text);
}

// Two verdicts on one question.
void check_agree(Verdict one, Verdict other, const std::string& text) {
  if (is_decided(one)) check_verdict(other, one == Verdict::kYes, text);
}

void check_pair(const Memory& a, const Memory& b, Index hasty_work) {
  const std::string text = absl::StrCat("find_overlap ", a.text(), " ", b.text());
  const OverlapResult result = find_overlap(a, b, kMaxWork);
  check_witness(result, a, b, text);
  const OverlapResult mirrored = find_overlap(b, a, kMaxWork);
  check_witness(mirrored, b, a, text);
  check_agree(result.verdict, mirrored.verdict, text);
  check_agree(result.verdict, find_overlap(a, b, hasty_work).verdict, text);
  const bool overflows = reach_of(a) + reach_of(b) >= kFar;
  for (Verdict verdict : {result.verdict, mirrored.verdict}) {
    if (verdict == Verdict::kOverflow && !overflows) fail("no overflow: " + text);
  }
  const bool meet = bounds_overlap(a, b);
  if (meet != bounds_overlap(b, a)) fail("bounds, the other way round: " + text);
  if (!meet) check_verdict(result.verdict, false, text);
  if (!is_countable(a) || !is_countable(b)) return;
  const bool expected = shares_a_byte(a, b);
  check_verdict(result.verdict, expected, text);
  if (result.verdict == Verdict::kOverflow) fail("overflow of a few elements: " + text);
  const std::vector<int128> in_a = addresses(a), in_b = addresses(b);
  const bool ranges_meet = !in_a.empty() && !in_b.empty() &&
                           in_a.front() < in_b.back() + b.itemsize &&
                           in_b.front() < in_a.back() + a.itemsize;
  if (meet != ranges_meet) fail("bounds: " + text);
}

void check_self(const Memory& a, Index hasty_work) {
  const std::string text = absl::StrCat("find_self_overlap ", a.text());
  const OverlapResult result = find_self_overlap(a, kMaxWork);
  check_witness(result, a, a, text);
  if (result.verdict == Verdict::kYes && result.index_a == result.index_b) {
    fail("one element, not two: " + text);
  }
  check_agree(result.verdict, find_self_overlap(a, hasty_work).verdict, text);
  const bool is_long = std::any_of(a.shape.begin(), a.shape.end(), [](Index extent) {
    return extent > std::numeric_limits<Index>::max() / 2;
  });
  if (result.verdict == Verdict::kOverflow && !is_long && 2 * reach_of(a) < kFar) {
    fail("no overflow: " + text);
  }
  if (!is_countable(a)) return;
  check_verdict(result.verdict, shares_a_byte_with_itself(a), text);
}

// Is there a solution? By trying all.
bool has_solution(const std::vector<Index>& c, const std::vector<Index>& n, int128 lo, int128 hi) {
  std::vector<int128> sums{0};
  for (std::size_t i = 0; i < c.size(); ++i) {
    std::vector<int128> next;
    for (Index x = 0; x <= n[i]; ++x) {
      for (const int128 sum : sums) next.push_back(sum + int128(c[i]) * x);
    }
    sums = std::move(next);
  }
  return std::any_of(sums.begin(), sums.end(), [&](int128 sum) { return lo <= sum && sum <= hi; });
}

void check_sum(FuzzInput& in) {
  const bool is_wide = in.number(0, 1) == 1;
  std::vector<Index> c, n;
  Index count = 1;
  for (Index terms = in.number(0, 8); terms > 0; --terms) {
    c.push_back(is_wide ? in.any_number() : in.number(-99, 99));
    n.push_back(std::min(in.number(-1, 9), kMostElements / std::max<Index>(count, 1) - 1));
    count *= n.back() + 1;
  }
  int128 lo = in.any_number();
  const Index span = in.number(-2, 9), most = in.number(0, 9);
  // Near a sum that there is, or anywhere.
  if (most < 9) {
    lo = span < 5 ? 0 : in.number(-3, 3);
    for (std::size_t i = 0; i < c.size(); ++i) lo += int128(c[i]) * std::min(most, n[i]);
  }
  const int128 hi = lo + (span == 9 ? in.any_number() : span);
  const std::string text =
      absl::StrCat("find_bounded_sum ", absl::StrJoin(c, ","), " bounds ", absl::StrJoin(n, ","),
                   " lo ", static_cast<double>(lo), " hi ", static_cast<double>(hi));
  std::vector<Index> x(c.size(), -7);
  const Verdict verdict = find_bounded_sum(c, n, lo, hi, kMaxWork, absl::MakeSpan(x));
  if (verdict == Verdict::kOverflow) fail("overflow: " + text);
  check_verdict(verdict, has_solution(c, n, lo, hi), text);
  if (verdict != Verdict::kYes) {
    if (std::count(x.begin(), x.end(), -7) != std::ssize(x)) fail("wrote to x: " + text);
    return;
  }
  int128 sum = 0;
  for (std::size_t i = 0; i < c.size(); ++i) {
    if (x[i] < 0 || x[i] > n[i]) fail("x out of bounds: " + text);
    sum += int128(c[i]) * x[i];
  }
  if (sum < lo || sum > hi) fail("x is no solution: " + text);
}

}  // namespace
}  // namespace cow::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using cow::fuzz::Memory;
  cow::fuzz::FuzzInput in(data, size);
  if (in.number(0, 2) == 0) {
    cow::fuzz::check_sum(in);
    return 0;
  }
  const cow::Index hasty_work = cow::Index{1} << in.number(0, 16);
  const Memory a = cow::fuzz::read_memory(in), b = cow::fuzz::read_memory(in);
  cow::fuzz::check_pair(a, b, hasty_work);
  cow::fuzz::check_self(a, hasty_work);
  return 0;
}
