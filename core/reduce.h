#ifndef COW_CORE_REDUCE_H_
#define COW_CORE_REDUCE_H_

#include <cstdint>
#include <type_traits>

#include "cow/core/dtype.h"
#include "cow/core/node.h"
#include "cow/core/promote.h"

namespace cow::internal {

/// What a sum of `E` is kept in, as NumPy: 64-bit for integers and bool.
template <class E>
using SumOf =
    std::conditional_t<kIsInexact<E>, E,
                       std::conditional_t<std::is_unsigned_v<E> && !std::is_same_v<E, bool>,
                                          std::uint64_t, std::int64_t>>;

/// What a mean of `E` is.
template <class E>
using MeanOf = std::conditional_t<kIsInexact<E>, E, double>;

/// Reductions of all elements of an array, or of those along one axis, which the result, a new
/// array, does not have. What they promise, and their errors: `ArrayReductions`. Compiled in the
/// library, for every element type: programs would compile them again in each of their files.
template <Element E>
struct Reductions {
  static SumOf<E> sum(const Node& node);
  static Handle sum(const Node& node, Index axis);
  static MeanOf<E> mean(const Node& node);
  static Handle mean(const Node& node, Index axis);
  static E min(const Node& node);
  static Handle min(const Node& node, Index axis);
  static E max(const Node& node);
  static Handle max(const Node& node, Index axis);
  static Index argmin(const Node& node);
  static Handle argmin(const Node& node, Index axis);
  static Index argmax(const Node& node);
  static Handle argmax(const Node& node, Index axis);
  static bool any(const Node& node);
  static Handle any(const Node& node, Index axis);
  static bool all(const Node& node);
  static Handle all(const Node& node, Index axis);
};

}  // namespace cow::internal

#endif  // COW_CORE_REDUCE_H_
