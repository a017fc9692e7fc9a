// This file is compiled once for each target: foreach_target.h includes it again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/gather.cc"
#include "hwy/foreach_target.h"  // before highway.h
//
#include "cow/core/gather.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace cow::internal::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

bool all_in_range(absl::Span<const Index> positions, Index extent) {
  const hn::ScalableTag<Index> d;
  const Index lanes = hn::Lanes(d), count = std::ssize(positions);
  const auto last = hn::Set(d, extent - 1);
  auto outside = hn::Zero(d);  // negative where a position is not in range
  Index i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto position = hn::LoadU(d, positions.data() + i);
    outside = hn::Or(outside, hn::Or(position, hn::Sub(last, position)));
  }
  bool all = hn::AllFalse(d, hn::Lt(outside, hn::Zero(d)));
  for (; i < count; ++i) all &= positions[i] >= 0 && positions[i] < extent;
  return all;
}

}  // namespace cow::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <cstdint>
#include <cstring>

#include "cow/core/simd.h"

namespace cow::internal {

HWY_EXPORT(all_in_range);

bool all_in_range(absl::Span<const Index> positions, Index extent) {
  return HWY_DYNAMIC_DISPATCH(all_in_range)(positions, extent);
}

namespace {

template <std::size_t kBytes>
void gather_units(const std::byte* from, absl::Span<const Index> rows, std::byte* to) {
  struct Unit {
    std::byte bytes[kBytes];
  };
  const auto* units = reinterpret_cast<const Unit*>(from);
  auto* copies = reinterpret_cast<Unit*>(to);
  for (Index row : rows) *copies++ = units[row];
}

}  // namespace

void gather(const std::byte* from, Index row_bytes, absl::Span<const Index> rows, std::byte* to) {
  switch (row_bytes) {
    case 1:
      return gather_units<1>(from, rows, to);
    case 2:
      return gather_units<2>(from, rows, to);
    case 4:
      return gather_units<4>(from, rows, to);
    case 8:
      return gather_units<8>(from, rows, to);
    case 16:
      return gather_units<16>(from, rows, to);
    default:
      for (Index row : rows) {
        std::memcpy(to, from + row * row_bytes, static_cast<std::size_t>(row_bytes));
        to += row_bytes;
      }
  }
}

}  // namespace cow::internal
#endif  // HWY_ONCE
