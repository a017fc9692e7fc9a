#ifndef COW_CORE_REDUCE_H_
#define COW_CORE_REDUCE_H_

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "cow/core/elementwise.h"
#include "cow/core/errors.h"
#include "cow/core/functors.h"
#include "cow/core/node.h"
#include "cow/core/promote.h"
#include "cow/core/write_gate.h"

/// Reductions of all elements, or along an axis.
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

template <class E>
auto mean_divisor(Index count) {
  if constexpr (kIsComplex<E>) {
    return static_cast<typename E::value_type>(count);
  } else {
    return static_cast<MeanOf<E>>(count);
  }
}

/// Calls `fn(element)` for each element, in the order of memory.
template <class E, class Fn>
void visit_elements(const Node& node, Fn fn) {
  std::byte* address = begin_read(node, AccessKind::kReduce);
  for_each_element<const E>(node.layout.shape(), {{{address, node.layout.strides()}}}, fn);
}

template <class E, class Sum = SumOf<E>>
Sum sum_all(const Node& node) {
  Sum total{};
  visit_elements<E>(node, [&](const E& element) {
    total = arithmetic<Sum>(total, cast_element<Sum>(element), std::plus<>());
  });
  return total;
}

/// Sums along `axis`, in a new array without it.
template <class E, class Sum = SumOf<E>>
Handle sum_axis(const Node& node, Index axis) {
  const Layout& from = node.layout;
  const int dropped = normalize_axis(axis, from.ndim());
  Dims shape(from.shape().begin(), from.shape().end());
  shape.erase(shape.begin() + dropped);
  Handle result = make_array(dtype_of<Sum>, shape);
  Node& to = result.node();
  std::fill_n(reinterpret_cast<Sum*>(to.data), to.layout.size(), Sum{});
  // With stride 0 along the axis, adding each element to "its" sum is one element-wise walk.
  Dims strides(to.layout.strides().begin(), to.layout.strides().end());
  strides.insert(strides.begin() + dropped, 0);
  std::byte* address = begin_read(node, AccessKind::kReduce);
  for_each_element<Sum, E>(from.shape(), {{{to.data, strides}, {address, from.strides()}}},
                           [](Sum& total, const E& element) {
                             total =
                                 arithmetic<Sum>(total, cast_element<Sum>(element), std::plus<>());
                           });
  return result;
}

template <class E>
bool is_nan(const E& value) {
  if constexpr (kIsComplex<E>) {
    return std::isnan(value.real()) || std::isnan(value.imag());
  } else if constexpr (std::is_floating_point_v<E>) {
    return std::isnan(value);
  } else {
    return false;
  }
}

/// The element that `before` puts first; the first NaN if there is one.
template <class E, class Before>
E extreme(const Node& node, const char* name, Before before) {
  if (node.layout.empty()) {
    throw_invalid_argument(absl::StrCat("zero-size array of shape ",
                                        tuple_text(node.layout.shape()), " to reduction operation ",
                                        name, " which has no identity"));
  }
  const E* best = nullptr;
  visit_elements<E>(node, [&](const E& element) {
    if (best == nullptr || (!is_nan(*best) && (is_nan(element) || before(element, *best)))) {
      best = &element;
    }
  });
  return *best;
}

template <class E>
bool any_nonzero(const Node& node) {
  bool found = false;
  visit_elements<E>(node, [&](const E& element) { found |= element != E{}; });
  return found;
}

template <class E>
bool all_nonzero(const Node& node) {
  bool found_zero = false;
  visit_elements<E>(node, [&](const E& element) { found_zero |= element == E{}; });
  return !found_zero;
}

}  // namespace cow::internal

#endif  // COW_CORE_REDUCE_H_
