// This file is compiled once for each target: foreach_target.h includes it again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/compare.cc"
#include "hwy/foreach_target.h"  // before highway.h
//
#include "cow/core/compare.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace cow::internal::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <Relation kRelation, class T>
HWY_INLINE bool holds(T a, T b) {
  if constexpr (kRelation == Relation::kEqual) return a == b;
  if constexpr (kRelation == Relation::kNotEqual) return a != b;
  if constexpr (kRelation == Relation::kLess) return a < b;
  return a <= b;
}

template <Relation kRelation, class D, class V>
HWY_INLINE auto mask_of(D, V a, V b) {
  if constexpr (kRelation == Relation::kEqual) {
    return hn::Eq(a, b);
  } else if constexpr (kRelation == Relation::kNotEqual) {
    return hn::Not(hn::Eq(a, b));  // Highway's Ne is false of NaN on some targets
  } else if constexpr (kRelation == Relation::kLess) {
    return hn::Lt(a, b);
  } else if constexpr (hwy::IsFloat<hn::TFromD<D>>()) {
    return hn::Le(a, b);
  } else {
    return hn::Not(hn::Lt(b, a));
  }
}

/// Results of so many elements are collected as bits, then written as bytes.
constexpr Index kBits = 64;

HWY_INLINE void write_bits(std::uint64_t word, bool* out) {
  const hn::CappedTag<std::uint8_t, kBits> d;
  constexpr Index kLanes = hn::MaxLanes(d);
  for (Index i = 0; i < kBits; i += kLanes) {
    const std::uint64_t bits = word >> i;
    const auto mask = hn::LoadMaskBits(d, reinterpret_cast<const std::uint8_t*>(&bits));
    hn::StoreU(hn::IfThenElseZero(mask, hn::Set(d, 1)), d,
               reinterpret_cast<std::uint8_t*>(out + i));
  }
}

/// Step 0: all lanes are the first number.
template <bool kSteps, class D, class T>
HWY_INLINE auto load(D d, const T* numbers, Index i) {
  if constexpr (kSteps) {
    return hn::LoadU(d, numbers + i);
  } else {
    return hn::Set(d, *numbers);
  }
}

template <Relation kRelation, bool kStepsA, bool kStepsB, class T>
void compare(const T* a, const T* b, Index count, bool* out) {
  const hn::CappedTag<T, kBits> d;
  constexpr Index kLanes = hn::MaxLanes(d);
  Index i = 0;
  if constexpr (kLanes > 1) {
    for (; i + kBits <= count; i += kBits) {
      std::uint64_t word = 0;
      for (Index k = 0; k < kBits; k += kLanes) {
        std::uint64_t bits = 0;
        hn::StoreMaskBits(
            d, mask_of<kRelation>(d, load<kStepsA>(d, a, i + k), load<kStepsB>(d, b, i + k)),
            reinterpret_cast<std::uint8_t*>(&bits));
        word |= bits << k;
      }
      write_bits(word, out + i);
    }
  }
  for (; i < count; ++i) out[i] = holds<kRelation>(a[kStepsA ? i : 0], b[kStepsB ? i : 0]);
}

template <Relation kRelation, class T>
void compare_steps(const T* a, Index a_step, const T* b, Index b_step, Index count, bool* out) {
  if (a_step == 0) return compare<kRelation, false, true>(a, b, count, out);
  if (b_step == 0) return compare<kRelation, true, false>(a, b, count, out);
  compare<kRelation, true, true>(a, b, count, out);
}

template <class T>
void compare_all(Relation relation, const T* a, Index a_step, const T* b, Index b_step, Index count,
                 bool* out) {
  switch (relation) {
    case Relation::kEqual:
      return compare_steps<Relation::kEqual>(a, a_step, b, b_step, count, out);
    case Relation::kNotEqual:
      return compare_steps<Relation::kNotEqual>(a, a_step, b, b_step, count, out);
    case Relation::kLess:
      return compare_steps<Relation::kLess>(a, a_step, b, b_step, count, out);
    case Relation::kLessOrEqual:
      return compare_steps<Relation::kLessOrEqual>(a, a_step, b, b_step, count, out);
  }
}

template <class T>
using Compare = void (*)(Relation, const T*, Index, const T*, Index, Index, bool*);

}  // namespace

Compare<float> compare_floats() { return &compare_all<float>; }
Compare<double> compare_doubles() { return &compare_all<double>; }
Compare<std::int32_t> compare_ints32() { return &compare_all<std::int32_t>; }
Compare<std::int64_t> compare_ints64() { return &compare_all<std::int64_t>; }

}  // namespace cow::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "cow/core/simd.h"

namespace cow::internal {

HWY_EXPORT(compare_floats);
HWY_EXPORT(compare_doubles);
HWY_EXPORT(compare_ints32);
HWY_EXPORT(compare_ints64);

template <>
void compare_elements(Relation relation, const float* a, Index a_step, const float* b, Index b_step,
                      Index count, bool* out) {
  HWY_DYNAMIC_DISPATCH(compare_floats)()(relation, a, a_step, b, b_step, count, out);
}
template <>
void compare_elements(Relation relation, const double* a, Index a_step, const double* b,
                      Index b_step, Index count, bool* out) {
  HWY_DYNAMIC_DISPATCH(compare_doubles)()(relation, a, a_step, b, b_step, count, out);
}
template <>
void compare_elements(Relation relation, const std::int32_t* a, Index a_step, const std::int32_t* b,
                      Index b_step, Index count, bool* out) {
  HWY_DYNAMIC_DISPATCH(compare_ints32)()(relation, a, a_step, b, b_step, count, out);
}
template <>
void compare_elements(Relation relation, const std::int64_t* a, Index a_step, const std::int64_t* b,
                      Index b_step, Index count, bool* out) {
  HWY_DYNAMIC_DISPATCH(compare_ints64)()(relation, a, a_step, b, b_step, count, out);
}

}  // namespace cow::internal
#endif  // HWY_ONCE
