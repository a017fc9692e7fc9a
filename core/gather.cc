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

/// Neither negative nor too large.
bool is_in_range(Index row, Index extent) {
  return static_cast<std::uint64_t>(row) < static_cast<std::uint64_t>(extent);
}

template <std::size_t kBytes>
bool gather_units(const std::byte* from, Index extent, absl::Span<const Index> rows,
                  std::byte* to) {
  struct Unit {
    std::byte bytes[kBytes];
  };
  const auto* units = reinterpret_cast<const Unit*>(from);
  auto* copies = reinterpret_cast<Unit*>(to);
  // Four at once: loops as short as one row are at the mercy of where the linker puts them.
  std::size_t i = 0;
  for (; i + 4 <= rows.size(); i += 4) {
    const Index a = rows[i], b = rows[i + 1], c = rows[i + 2], d = rows[i + 3];
    if (!is_in_range(a, extent)) return false;
    if (!is_in_range(b, extent)) return false;
    if (!is_in_range(c, extent)) return false;
    if (!is_in_range(d, extent)) return false;
    copies[i] = units[a];
    copies[i + 1] = units[b];
    copies[i + 2] = units[c];
    copies[i + 3] = units[d];
  }
  for (; i < rows.size(); ++i) {
    if (!is_in_range(rows[i], extent)) return false;
    copies[i] = units[rows[i]];
  }
  return true;
}

}  // namespace

bool gather(const std::byte* from, Index extent, Index row_bytes, absl::Span<const Index> rows,
            std::byte* to) {
  switch (row_bytes) {
    case 1:
      return gather_units<1>(from, extent, rows, to);
    case 2:
      return gather_units<2>(from, extent, rows, to);
    case 4:
      return gather_units<4>(from, extent, rows, to);
    case 8:
      return gather_units<8>(from, extent, rows, to);
    case 16:
      return gather_units<16>(from, extent, rows, to);
    default:
      for (Index row : rows) {
        if (!is_in_range(row, extent)) return false;
        std::memcpy(to, from + row * row_bytes, static_cast<std::size_t>(row_bytes));
        to += row_bytes;
      }
      return true;
  }
}

}  // namespace cow::internal
#endif  // HWY_ONCE
