#ifndef COW_CORE_COMPARE_H_
#define COW_CORE_COMPARE_H_

#include <concepts>
#include <cstdint>
#include <functional>

#include "cow/core/dims.h"
#include "cow/core/functors.h"

/// Comparisons of elements side by side, for each SIMD target. Results are the same on each.
namespace cow::internal {

/// What a comparison asks of its operands; of NaN nothing but `kNotEqual` is true.
enum class Relation { kEqual, kNotEqual, kLess, kLessOrEqual };

/// `out[i] = a[i] relation b[i]`; of operands with step 0 always the first element.
/// `T`: float, double, `std::int32_t` or `std::int64_t`.
template <class T>
void compare_elements(Relation relation, const T* a, Index a_step, const T* b, Index b_step,
                      Index count, bool* out);

/// Types that it is there for.
template <class T>
concept ComparedInVectors = std::same_as<T, float> || std::same_as<T, double> ||
    std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t>;

/// The relation that `Fn` asks for, perhaps of its operands exchanged.
template <class Fn>
struct RelationOf;
template <>
struct RelationOf<std::equal_to<>> {
  static constexpr Relation kRelation = Relation::kEqual;
  static constexpr bool kExchanged = false;
};
template <>
struct RelationOf<std::not_equal_to<>> {
  static constexpr Relation kRelation = Relation::kNotEqual;
  static constexpr bool kExchanged = false;
};
template <>
struct RelationOf<Less> {
  static constexpr Relation kRelation = Relation::kLess;
  static constexpr bool kExchanged = false;
};
template <>
struct RelationOf<LessOrEqual> {
  static constexpr Relation kRelation = Relation::kLessOrEqual;
  static constexpr bool kExchanged = false;
};
template <>
struct RelationOf<Greater> {
  static constexpr Relation kRelation = Relation::kLess;
  static constexpr bool kExchanged = true;
};
template <>
struct RelationOf<GreaterOrEqual> {
  static constexpr Relation kRelation = Relation::kLessOrEqual;
  static constexpr bool kExchanged = true;
};

/// `out[i] = Comparison<Fn>()(a[i], b[i])`; steps as above.
template <class Fn, class T>
void compare_elements(Comparison<Fn>, const T* a, Index a_step, const T* b, Index b_step,
                      Index count, bool* out) {
  using R = RelationOf<Fn>;
  if constexpr (R::kExchanged) {
    compare_elements(R::kRelation, b, b_step, a, a_step, count, out);
  } else {
    compare_elements(R::kRelation, a, a_step, b, b_step, count, out);
  }
}

}  // namespace cow::internal

#endif  // COW_CORE_COMPARE_H_
