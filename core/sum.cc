// This file is compiled once for each target: foreach_target.h includes it again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/sum.cc"
#include "hwy/foreach_target.h"  // before highway.h
//
#include <algorithm>
#include <complex>
#include <cstdint>
#include <cstring>

#include "cow/core/sum.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace cow::internal::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// Numbers that are summed side by side, and at most one after the other before sums are halved.
constexpr int kSums = 32;
constexpr Index kBlock = 16 * kSums;

/// A sum in its parts: one, or the real and the imaginary one.
template <class Real, int kParts>
struct Total {
  Real parts[kParts] = {};
};

template <class Real, int kParts>
HWY_INLINE Total<Real, kParts> together(const Total<Real, kParts>& a,
                                        const Total<Real, kParts>& b) {
  Total<Real, kParts> both = a;
  for (int part = 0; part < kParts; ++part) both.parts[part] += b.parts[part];
  return both;
}

/// `kSums` sums, in as many vectors as that takes.
template <class Real>
class Sums {
 public:
  HWY_INLINE Sums() {
#pragma GCC unroll 32
    for (int i = 0; i < kVectors; ++i) vectors_[i] = hn::Zero(D());
  }

  /// Number `i` to sum `i`.
  HWY_INLINE void add(const Real* numbers) {
#pragma GCC unroll 32
    for (int i = 0; i < kVectors; ++i) {
      vectors_[i] = hn::Add(vectors_[i], hn::LoadU(D(), numbers + i * kLanes));
    }
  }

  /// Adds the second half of the sums to the first until `kParts` are left.
  template <int kParts>
  HWY_INLINE Total<Real, kParts> fold() {
    constexpr int kLeft = std::max(1, kParts / kLanes);
    fold_vectors<kVectors, kLeft>();
    Total<Real, kParts> total;
    if constexpr (kLeft > 1) {
#pragma GCC unroll 2
      for (int i = 0; i < kLeft; ++i) total.parts[i] = hn::GetLane(vectors_[i]);
    } else {
      fold_lanes(D(), vectors_[0], &total);
    }
    return total;
  }

 private:
  using D = hn::CappedTag<Real, kSums>;
  static constexpr int kLanes = hn::MaxLanes(D());
  static constexpr int kVectors = kSums / kLanes;

  template <int kCount, int kLeft>
  HWY_INLINE void fold_vectors() {
    if constexpr (kCount > kLeft) {
#pragma GCC unroll 32
      for (int i = 0; i < kCount / 2; ++i) {
        vectors_[i] = hn::Add(vectors_[i], vectors_[i + kCount / 2]);
      }
      fold_vectors<kCount / 2, kLeft>();
    }
  }

  template <class Lanes, int kParts>
  static HWY_INLINE void fold_lanes(Lanes lanes, hn::Vec<Lanes> sums, Total<Real, kParts>* total) {
    if constexpr (hn::MaxLanes(Lanes()) > kParts) {
      const hn::Half<Lanes> half;
      fold_lanes(half, hn::Add(LowerHalf(half, sums), UpperHalf(half, sums)), total);
    } else {
      hn::StoreU(sums, lanes, total->parts);
    }
  }

  hn::Vec<D> vectors_[kVectors];
};

/// The sum of at most `kBlock` numbers side by side.
template <class Real, int kParts>
HWY_INLINE Total<Real, kParts> sum_block(const Real* numbers, Index count) {
  if (count < 8) {
    Total<Real, kParts> total;
    for (Index i = 0; i < count; i += kParts) {
      for (int part = 0; part < kParts; ++part) total.parts[part] += numbers[i + part];
    }
    return total;
  }
  Sums<Real> sums;
  Index i = 0;
  for (; i + kSums <= count; i += kSums) sums.add(numbers + i);
  if (i < count) {
    Real rest[kSums] = {};
    std::copy_n(numbers + i, count - i, rest);
    sums.add(rest);
  }
  return sums.template fold<kParts>();
}

/// Where more numbers are halved.
constexpr Index half_of(Index count) { return count / 2 / kSums * kSums; }

template <class Real, int kParts>
Total<Real, kParts> sum_row(const Real* numbers, Index count) {
  if (count <= kBlock) return sum_block<Real, kParts>(numbers, count);
  const Index half = half_of(count);
  const auto first = sum_row<Real, kParts>(numbers, half);
  return together(first, sum_row<Real, kParts>(numbers + half, count - half));
}

/// The same of elements that are to be read first.
template <class Real, int kParts, class Sum>
Total<Real, kParts> sum_read_row(const std::byte* row, Index stride, Index count,
                                 ReadBlock<Sum> read) {
  if (count * kParts <= kBlock) {
    Sum block[kBlock / kParts];
    read(row, stride, count, block);
    return sum_block<Real, kParts>(reinterpret_cast<const Real*>(block), count * kParts);
  }
  const Index half = half_of(count * kParts) / kParts;
  const auto first = sum_read_row<Real, kParts>(row, stride, half, read);
  return together(first,
                  sum_read_row<Real, kParts>(row + half * stride, stride, count - half, read));
}

/// Adds `rows` rows of numbers, `stride` bytes apart, to one.
template <class Real>
HWY_INLINE void add_rows(const std::byte* from, Index stride, Index rows, Index count, Real* to) {
  const hn::ScalableTag<Real> d;
  const Index lanes = hn::Lanes(d);
  const auto row = [from, stride](Index i)
                       HWY_ATTR { return reinterpret_cast<const Real*>(from + i * stride); };
  Index k = 0;
  for (; k + 4 * lanes <= count; k += 4 * lanes) {
    auto a = hn::LoadU(d, to + k), b = hn::LoadU(d, to + k + lanes);
    auto c = hn::LoadU(d, to + k + 2 * lanes), e = hn::LoadU(d, to + k + 3 * lanes);
    for (Index i = 0; i < rows; ++i) {
      const Real* numbers = row(i) + k;
      a = hn::Add(a, hn::LoadU(d, numbers));
      b = hn::Add(b, hn::LoadU(d, numbers + lanes));
      c = hn::Add(c, hn::LoadU(d, numbers + 2 * lanes));
      e = hn::Add(e, hn::LoadU(d, numbers + 3 * lanes));
    }
    hn::StoreU(a, d, to + k);
    hn::StoreU(b, d, to + k + lanes);
    hn::StoreU(c, d, to + k + 2 * lanes);
    hn::StoreU(e, d, to + k + 3 * lanes);
  }
  for (; k + lanes <= count; k += lanes) {
    auto sums = hn::LoadU(d, to + k);
    for (Index i = 0; i < rows; ++i) sums = hn::Add(sums, hn::LoadU(d, row(i) + k));
    hn::StoreU(sums, d, to + k);
  }
  for (; k < count; ++k) {
    for (Index i = 0; i < rows; ++i) to[k] += row(i)[k];
  }
}

/// So many rows at a time are read side by side.
constexpr Index kRows = 8;

/// Adds the sum of each row, which `sum_of` gives, to the row's sum.
template <class Real, int kParts, class SumOf>
HWY_INLINE void add_row_sums(const std::byte* from, std::byte* to, const SummedAxis& rows,
                             SumOf sum_of) {
  for (Index i = 0; i < rows.extent; ++i) {
    const Total<Real, kParts> total = sum_of(from + i * rows.from);
    Real* sum = reinterpret_cast<Real*>(to + i * rows.to);
    for (int part = 0; part < kParts; ++part) sum[part] += total.parts[part];
  }
}

/// `Sum` is `kParts` `Real`s.
template <class Real, int kParts, class Sum>
void add_plane(const std::byte* from, std::byte* to, const SummedAxis& outer,
               const SummedAxis& inner, ReadBlock<Sum> read, bool is_packed) {
  if (inner.to == 0) {
    const Index count = inner.extent * kParts;
    if (!is_packed) {
      add_row_sums<Real, kParts>(from, to, outer, [&](const std::byte* row) HWY_ATTR {
        return sum_read_row<Real, kParts>(row, inner.from, inner.extent, read);
      });
    } else if (count > kBlock) {
      add_row_sums<Real, kParts>(from, to, outer, [&](const std::byte* row) HWY_ATTR {
        return sum_row<Real, kParts>(reinterpret_cast<const Real*>(row), count);
      });
    } else {  // the same without a call
      add_row_sums<Real, kParts>(from, to, outer, [&](const std::byte* row) HWY_ATTR {
        return sum_block<Real, kParts>(reinterpret_cast<const Real*>(row), count);
      });
    }
    return;
  }
  const bool is_packed_to = inner.to == sizeof(Sum);
  if (is_packed && is_packed_to && outer.to == 0) {
    for (Index i = 0; i < outer.extent; i += kRows) {
      add_rows(from + i * outer.from, outer.from, std::min(kRows, outer.extent - i),
               inner.extent * kParts, reinterpret_cast<Real*>(to));
    }
    return;
  }
  Sum block[kBlock];
  for (Index i = 0; i < outer.extent; ++i) {
    for (Index k = 0; k < inner.extent; k += kBlock) {
      const Index count = std::min(kBlock, inner.extent - k);
      const std::byte* elements = from + i * outer.from + k * inner.from;
      const Sum* numbers = reinterpret_cast<const Sum*>(elements);
      if (!is_packed) {
        read(elements, inner.from, count, block);
        numbers = block;
      }
      std::byte* sums = to + i * outer.to + k * inner.to;
      if (is_packed_to) {
        add_rows(reinterpret_cast<const std::byte*>(numbers), 0, 1, count * kParts,
                 reinterpret_cast<Real*>(sums));
      } else {
        for (Index j = 0; j < count; ++j)
          *reinterpret_cast<Sum*>(sums + j * inner.to) += numbers[j];
      }
    }
  }
}

/// One function a type, which `HWY_EXPORT` can name.
template <class Sum>
using AddPlane = void (*)(const std::byte*, std::byte*, const SummedAxis&, const SummedAxis&,
                          ReadBlock<Sum>, bool);

}  // namespace

AddPlane<float> add_floats() { return &add_plane<float, 1, float>; }
AddPlane<double> add_doubles() { return &add_plane<double, 1, double>; }
AddPlane<std::complex<float>> add_complex_floats() {
  return &add_plane<float, 2, std::complex<float>>;
}
AddPlane<std::complex<double>> add_complex_doubles() {
  return &add_plane<double, 2, std::complex<double>>;
}
AddPlane<std::uint64_t> add_integers() { return &add_plane<std::uint64_t, 1, std::uint64_t>; }

}  // namespace cow::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "cow/core/simd.h"

namespace cow::internal {

HWY_EXPORT(add_floats);
HWY_EXPORT(add_doubles);
HWY_EXPORT(add_complex_floats);
HWY_EXPORT(add_complex_doubles);
HWY_EXPORT(add_integers);

namespace {

auto kernel(float) { return HWY_DYNAMIC_DISPATCH(add_floats)(); }
auto kernel(double) { return HWY_DYNAMIC_DISPATCH(add_doubles)(); }
auto kernel(std::complex<float>) { return HWY_DYNAMIC_DISPATCH(add_complex_floats)(); }
auto kernel(std::complex<double>) { return HWY_DYNAMIC_DISPATCH(add_complex_doubles)(); }
auto kernel(std::uint64_t) { return HWY_DYNAMIC_DISPATCH(add_integers)(); }

}  // namespace

template <class Sum>
void add_to_sums(const std::byte* from, std::byte* to, const SummedAxis& outer,
                 const SummedAxis& inner, ReadBlock<Sum> read, bool is_packed) {
  kernel(Sum())(from, to, outer, inner, read, is_packed);
}

template void add_to_sums(const std::byte*, std::byte*, const SummedAxis&, const SummedAxis&,
                          ReadBlock<float>, bool);
template void add_to_sums(const std::byte*, std::byte*, const SummedAxis&, const SummedAxis&,
                          ReadBlock<double>, bool);
template void add_to_sums(const std::byte*, std::byte*, const SummedAxis&, const SummedAxis&,
                          ReadBlock<std::complex<float>>, bool);
template void add_to_sums(const std::byte*, std::byte*, const SummedAxis&, const SummedAxis&,
                          ReadBlock<std::complex<double>>, bool);
template void add_to_sums(const std::byte*, std::byte*, const SummedAxis&, const SummedAxis&,
                          ReadBlock<std::uint64_t>, bool);

}  // namespace cow::internal
#endif  // HWY_ONCE
