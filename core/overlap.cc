// Byte p of element i of a, and byte q of element j of b, are one byte if
//
//   a.address + sum a.strides[k] i[k] + p = b.address + sum b.strides[k] j[k] + q.
//
// With d = b.address - a.address this asks for integers in a box, i and j, such that
//
//   d - (a.itemsize - 1) <= sum a.strides[k] i[k] - sum b.strides[k] j[k] <= d + (b.itemsize - 1),
//
// which bounded_sum.h decides; the essay on how is at the head of bounded_sum.cc.
//
// Self-overlap asks the same of the differences i - j of two index tuples, other than 0. The axis
// with the largest stride whose difference is not 0 has a positive one, else exchange i and j. So
// there is one question per axis, with all axes of smaller stride: for nested strides each is
// answered by size alone.

#include "cow/core/overlap.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "absl/container/fixed_array.h"
#include "absl/numeric/int128.h"

namespace cow {
namespace {

using absl::int128;

// One number per axis of both sides, on the stack.
using Numbers = absl::FixedArray<Index, 2 * kMaxDims>;

bool is_empty(const StridedMemory& a) {
  bool empty = a.itemsize <= 0;
  for (Index extent : a.shape) empty |= extent == 0;
  return empty;
}

template <class Int>
struct Range {
  Int begin;
  Int end;
};

constexpr int128 kFarAway = int128(1) << 120;

Range<int128> wide_range(const StridedMemory& a) {
  Range<int128> range{a.address, int128(a.address) + a.itemsize};
  for (std::size_t k = 0; k < a.shape.size(); ++k) {
    const int128 reach = int128(a.strides[k]) * (a.shape[k] - 1);
    if (reach < 0) {
      range.begin = std::max<int128>(range.begin + reach, -kFarAway);
    } else {
      range.end = std::min<int128>(range.end + reach, kFarAway);
    }
  }
  return range;
}

// The bytes of an array that is not empty. False if they do not fit 64 bits.
bool narrow_range(const StridedMemory& a, Range<Index>* range) {
  Index begin = a.address, end;
  bool overflow = __builtin_add_overflow(a.address, a.itemsize, &end);
  const Index *shape = a.shape.data(), *strides = a.strides.data();
  for (std::size_t k = 0; k < a.shape.size(); ++k) {
    Index reach;
    overflow |= __builtin_mul_overflow(strides[k], shape[k] - 1, &reach);
    overflow |= __builtin_add_overflow(begin, std::min<Index>(reach, 0), &begin);
    overflow |= __builtin_add_overflow(end, std::max<Index>(reach, 0), &end);
  }
  *range = {begin, end};
  return !overflow;
}

template <class Int>
bool meet(const Range<Int>& a, const Range<Int>& b) {
  return a.begin < b.end && b.begin < a.end;
}

int128 magnitude(Index stride) { return stride < 0 ? -int128(stride) : int128(stride); }

// By magnitude: compared as negative numbers, which all have.
bool is_shorter(Index stride, Index other) {
  return (stride < 0 ? stride : -stride) > (other < 0 ? other : -other);
}

// Is none of `count` numbers from `first` on a multiple of `power`, a power of two? False for 0.
bool is_between_multiples(int128 first, int128 count, std::uint64_t power) {
  if (power == 0) return false;
  const std::uint64_t beyond = static_cast<std::uint64_t>(first) & (power - 1);
  return beyond != 0 && int128(power - beyond) >= count;
}

// The one stride that has no negative: along such an axis of `b`, indices are counted from the end.
constexpr Index kNoNegative = std::numeric_limits<Index>::min();

// Differences of two indices up to twice as large still fit.
constexpr Index kMaxExtent = std::numeric_limits<Index>::max() / 2;

}  // namespace

bool bounds_overlap(const StridedMemory& a, const StridedMemory& b) {
  if (is_empty(a) || is_empty(b)) return false;
  Range<Index> x, y;
  if (narrow_range(a, &x) && narrow_range(b, &y)) return meet(x, y);
  return meet(wide_range(a), wide_range(b));
}

OverlapResult find_overlap(const StridedMemory& a, const StridedMemory& b, Index max_work) {
  if (is_empty(a) || is_empty(b)) return {Verdict::kNo, {}, {}};
  const std::size_t rank_a = a.shape.size(), size = rank_a + b.shape.size();
  Numbers coefficients(size), bounds(size), x(size);
  Index *c = coefficients.data(), *n = bounds.data();
  std::uint64_t all_strides = 0;
  for (std::size_t k = 0; k < rank_a; ++k) {
    const Index stride = a.strides.data()[k], last = a.shape.data()[k] - 1;
    if (last != 0) all_strides |= static_cast<std::uint64_t>(stride);
    *c++ = stride;
    *n++ = last;
  }
  int128 distance = int128(b.address) - a.address;
  for (std::size_t k = 0; k < b.shape.size(); ++k) {
    const Index stride = b.strides.data()[k], last = b.shape.data()[k] - 1;
    if (stride == kNoNegative) {
      distance += int128(stride) * last;
      if (distance < -kFarAway) return {Verdict::kOverflow, {}, {}};
    }
    if (last != 0) all_strides |= static_cast<std::uint64_t>(stride);
    *c++ = stride == kNoNegative ? stride : -stride;
    *n++ = last;
  }
  // All differences of addresses are multiples of the strides' greatest power of two.
  if (is_between_multiples(distance - (a.itemsize - 1), int128(a.itemsize) + b.itemsize - 1,
                           all_strides & -all_strides)) {
    return {Verdict::kNo, {}, {}};
  }
  const Verdict verdict =
      find_bounded_sum(coefficients, bounds, distance - (a.itemsize - 1),
                       distance + (b.itemsize - 1), max_work, absl::MakeSpan(x));
  if (verdict != Verdict::kYes) return {verdict, {}, {}};
  OverlapResult result{verdict, Dims(x.begin(), x.begin() + rank_a),
                       Dims(x.begin() + rank_a, x.end())};
  for (std::size_t k = 0; k < b.shape.size(); ++k) {
    if (b.strides[k] == kNoNegative) result.index_b[k] = b.shape[k] - 1 - result.index_b[k];
  }
  return result;
}

OverlapResult find_self_overlap(const StridedMemory& a, Index max_work) {
  if (is_empty(a)) return {Verdict::kNo, {}, {}};
  const std::size_t rank = a.shape.size();
  Numbers axes(rank), coefficients(rank), bounds(rank), x(rank);
  std::size_t count = 0;
  for (std::size_t k = 0; k < rank; ++k) {
    if (a.shape[k] > kMaxExtent) return {Verdict::kOverflow, {}, {}};
    if (a.shape[k] <= 1) continue;
    std::size_t slot = count++;
    for (; slot > 0 && is_shorter(a.strides[k], a.strides[axes[slot - 1]]); --slot) {
      axes[slot] = axes[slot - 1];
    }
    axes[slot] = static_cast<Index>(k);
  }
  Verdict undecided = Verdict::kNo;
  int128 lowest = 0;          // of the sum over the axes before the leading one
  int128 reach = a.itemsize;  // bytes from the lowest to the highest of these axes
  for (std::size_t i = 0; i < count; ++i) {
    const Index leading = axes[i], stride = a.strides[leading], most = a.shape[leading] - 1;
    coefficients[i] = stride;
    bounds[i] = most - 1;
    // The difference of the leading axis is x + 1, of the others x - (extent - 1).
    const int128 middle = -(lowest + stride);
    Verdict verdict = Verdict::kNo;
    if (magnitude(stride) < reach) {
      verdict = find_bounded_sum({coefficients.data(), i + 1}, {bounds.data(), i + 1},
                                 middle - (a.itemsize - 1), middle + (a.itemsize - 1), max_work,
                                 {x.data(), i + 1});
    }
    if (verdict == Verdict::kYes) {
      OverlapResult result{verdict, Dims(rank, 0), Dims(rank, 0)};
      for (std::size_t j = 0; j <= i; ++j) {
        const Index difference = j == i ? x[j] + 1 : x[j] - (a.shape[axes[j]] - 1);
        (difference > 0 ? result.index_a : result.index_b)[axes[j]] = std::abs(difference);
      }
      return result;
    }
    if (verdict == Verdict::kOverflow) return {verdict, {}, {}};
    if (verdict == Verdict::kTooHard) undecided = verdict;
    lowest -= int128(stride) * most;
    reach += magnitude(stride) * most;
    bounds[i] = 2 * most;
    if (reach >= kFarAway) return {Verdict::kOverflow, {}, {}};
  }
  return {undecided, {}, {}};
}

}  // namespace cow
