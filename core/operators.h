#ifndef COW_CORE_OPERATORS_H_
#define COW_CORE_OPERATORS_H_

#include <functional>
#include <utility>

#include "cow/core/array.h"
#include "cow/core/compare.h"
#include "cow/core/functors.h"
#include "cow/core/map_rows.h"
#include "cow/core/reuse.h"

/// Operators on arrays and numbers, element by element with NumPy's broadcasting and promotion.
/// Each returns a new array, O(size), on the memory of an operand that is a temporary if nobody
/// else can reach that: `(a + b) * c` takes memory once. Of two arrays the element types are
/// promoted as NumPy promotes them, an array without axes like any other; a number beside an array
/// counts by its kind only. Complex products and quotients have NumPy's infinities and NaNs, which
/// are not those of `std::complex`: (inf+1j) * (2+0j) is inf+nanj. Errors: `std::invalid_argument`
/// if the shapes do not broadcast together, `std::bad_alloc`.
namespace cow {
namespace internal {

/// Two operands, at least one of them an array.
template <class L, class R>
concept Operands = (AnyArray<L> && (AnyArray<R> || AnyScalar<R>)) || (AnyScalar<L> && AnyArray<R>);

/// Two masks.
template <class L, class R>
concept Masks =
    AnyArray<L> && AnyArray<R> && std::same_as < typename std::remove_cvref_t<L>::value_type,
bool > &&std::same_as<typename std::remove_cvref_t<R>::value_type, bool>;

/// Comparisons that have a loop of their own for elements side by side.
template <class Fn, class T>
inline constexpr bool kHasLoop = false;
template <class Fn, ComparedInVectors T>
inline constexpr bool kHasLoop<Comparison<Fn>, T> = true;

template <class T>
const T* elements_at(const std::byte* address) {
  return reinterpret_cast<const T*>(address);
}

template <class L, class R, class Fn>
auto combine_arrays(L&& left, R&& right, Fn fn) {
  using A = typename std::remove_cvref_t<L>::value_type;
  using B = typename std::remove_cvref_t<R>::value_type;
  using Out = decltype(fn(A(), B()));
  const Node& a = left.handle().node();
  const Node& b = right.handle().node();
  const Dims shape = broadcast_shapes(a.layout.shape(), b.layout.shape());
  if constexpr (std::same_as<A, B> && kHasLoop<Fn, A>) {
    if (a.layout.shape() == b.layout.shape() && a.layout.is_contiguous(sizeof(A)) &&
        b.layout.is_contiguous(sizeof(B))) {
      Handle result = make_array(dtype_of<Out>, shape);
      const Node& out = result.node();
      const A* x = elements_at<A>(begin_read(a, AccessKind::kBulk));
      const B* y = elements_at<B>(begin_read(b, AccessKind::kBulk));
      compare_elements(fn, x, 1, y, 1, out.layout.size(), reinterpret_cast<bool*>(out.data));
      return Array<Out>(std::move(result));
    }
  }
  const Layout a_layout = broadcast_layout(a.layout, shape);
  const Layout b_layout = broadcast_layout(b.layout, shape);
  std::byte* const from_a = begin_read(a, AccessKind::kBulk);
  std::byte* const from_b = begin_read(b, AccessKind::kBulk);
  Handle result =
      make_result(dtype_of<Out>, shape, {dying_handle<L>(left), dying_handle<R>(right)});
  const Node& out = result.node();
  map_elements<Out, A, B>(shape,
                          {{{out.data, out.layout.strides()},
                            {from_a, a_layout.strides()},
                            {from_b, b_layout.strides()}}},
                          fn);
  return Array<Out>(std::move(result));
}

template <class L, class Fn>
auto map_array(L&& operand, Fn fn) {
  using A = typename std::remove_cvref_t<L>::value_type;
  using Out = decltype(fn(A()));
  const Node& a = operand.handle().node();
  if constexpr (requires(const A* in, Out* to) { fn.run(in, Index(), to); }) {
    if (a.layout.is_contiguous(sizeof(A))) {
      Handle result = make_array(dtype_of<Out>, a.layout.shape());
      const Node& out = result.node();
      fn.run(elements_at<A>(begin_read(a, AccessKind::kBulk)), out.layout.size(),
             reinterpret_cast<Out*>(out.data));
      return Array<Out>(std::move(result));
    }
  }
  const Layout layout = a.layout;
  std::byte* const from = begin_read(a, AccessKind::kBulk);
  Handle result = make_result(dtype_of<Out>, layout.shape(), {dying_handle<L>(operand)});
  const Node& out = result.node();
  map_elements<Out, A>(layout.shape(),
                       {{{out.data, out.layout.strides()}, {from, layout.strides()}}}, fn);
  return Array<Out>(std::move(result));
}

/// What a number of type `S` becomes beside an array of `E`.
template <class E, class S, class Fn>
using NumberBeside =
    std::conditional_t<kTakesNumbersAsTheyAre<Fn> && kKind<E> == 1 && kKind<S> == 1 &&
                           !(std::is_signed_v<E> && std::is_signed_v<S> && sizeof(S) <= sizeof(E)),
                       S, PromotedWithScalar<E, S>>;

/// `fn(element, number)`.
template <class Fn, class T, class B>
struct ElementWithNumber {
  auto operator()(const T& element) const { return fn(element, number); }
  void run(const T* elements, Index count,
           bool* out) const requires kHasLoop<Fn, T> && std::same_as<T, B> {
    compare_elements(fn, elements, 1, &number, 0, count, out);
  }

  Fn fn;
  B number;
};
/// `fn(number, element)`.
template <class Fn, class A, class T>
struct NumberWithElement {
  auto operator()(const T& element) const { return fn(number, element); }
  void run(const T* elements, Index count,
           bool* out) const requires kHasLoop<Fn, T> && std::same_as<A, T> {
    compare_elements(fn, &number, 0, elements, 1, count, out);
  }

  Fn fn;
  A number;
};

template <class L, class R, class Fn>
auto combine(L&& left, R&& right, Fn fn) {
  if constexpr (AnyArray<L> && AnyArray<R>) {
    auto result = combine_arrays<L, R>(std::forward<L>(left), std::forward<R>(right), fn);
    release_if_temporary(std::forward<L>(left));
    release_if_temporary(std::forward<R>(right));
    return result;
  } else if constexpr (AnyArray<L>) {
    using A = typename std::remove_cvref_t<L>::value_type;
    using B = NumberBeside<A, Scalar<R>, Fn>;
    const B number = cast_element<B>(static_cast<Scalar<R>>(right));
    auto result = map_array<L>(std::forward<L>(left), ElementWithNumber<Fn, A, B>{fn, number});
    release_if_temporary(std::forward<L>(left));
    return result;
  } else {
    using B = typename std::remove_cvref_t<R>::value_type;
    using A = NumberBeside<B, Scalar<L>, Fn>;
    const A number = cast_element<A>(static_cast<Scalar<L>>(left));
    auto result = map_array<R>(std::forward<R>(right), NumberWithElement<Fn, A, B>{fn, number});
    release_if_temporary(std::forward<R>(right));
    return result;
  }
}

template <class L, class Fn>
auto map_operand(L&& operand, Fn fn) {
  auto result = map_array<L>(std::forward<L>(operand), fn);
  release_if_temporary(std::forward<L>(operand));
  return result;
}

}  // namespace internal

template <class L, class R>
requires internal::Operands<L, R>
auto operator+(L&& left, R&& right) {
  return internal::combine(std::forward<L>(left), std::forward<R>(right), internal::Plus());
}
template <class L, class R>
requires internal::Operands<L, R>
auto operator-(L&& left, R&& right) {
  return internal::combine(std::forward<L>(left), std::forward<R>(right), internal::Minus());
}
template <class L, class R>
requires internal::Operands<L, R>
auto operator*(L&& left, R&& right) {
  return internal::combine(std::forward<L>(left), std::forward<R>(right), internal::Times());
}
/// True division: of integers a double.
template <class L, class R>
requires internal::Operands<L, R>
auto operator/(L&& left, R&& right) {
  return internal::combine(std::forward<L>(left), std::forward<R>(right), internal::Divide());
}

/// Comparisons give a mask, `Array<bool>`. Complex numbers are ordered by real, then imaginary
/// part.
template <class L, class R>
requires internal::Operands<L, R>
auto operator==(L&& left, R&& right) {
  return internal::combine(std::forward<L>(left), std::forward<R>(right),
                           internal::Comparison<std::equal_to<>>());
}
template <class L, class R>
requires internal::Operands<L, R>
auto operator!=(L&& left, R&& right) {
  return internal::combine(std::forward<L>(left), std::forward<R>(right),
                           internal::Comparison<std::not_equal_to<>>());
}
template <class L, class R>
requires internal::Operands<L, R>
auto operator<(L&& left, R&& right) {
  return internal::combine(std::forward<L>(left), std::forward<R>(right),
                           internal::Comparison<internal::Less>());
}
template <class L, class R>
requires internal::Operands<L, R>
auto operator<=(L&& left, R&& right) {
  return internal::combine(std::forward<L>(left), std::forward<R>(right),
                           internal::Comparison<internal::LessOrEqual>());
}
template <class L, class R>
requires internal::Operands<L, R>
auto operator>(L&& left, R&& right) {
  return internal::combine(std::forward<L>(left), std::forward<R>(right),
                           internal::Comparison<internal::Greater>());
}
template <class L, class R>
requires internal::Operands<L, R>
auto operator>=(L&& left, R&& right) {
  return internal::combine(std::forward<L>(left), std::forward<R>(right),
                           internal::Comparison<internal::GreaterOrEqual>());
}

/// The negative of each element, of 0.0 it is -0.0; integers wrap. Not of bool.
template <class L>
requires internal::AnyArray<L>
auto operator-(L&& operand) {
  using A = typename std::remove_cvref_t<L>::value_type;
  return internal::map_operand(std::forward<L>(operand), [](const A& x) {
    if constexpr (internal::kIsInexact<A>) {
      return -x;
    } else {
      return internal::Minus()(A(), x);
    }
  });
}

/// Logic of masks.
template <class L, class R>
requires internal::Masks<L, R> Array<bool>
operator&(L&& left, R&& right) {
  return internal::combine(std::forward<L>(left), std::forward<R>(right),
                           [](bool x, bool y) { return x && y; });
}
template <class L, class R>
requires internal::Masks<L, R> Array<bool>
operator|(L&& left, R&& right) {
  return internal::combine(std::forward<L>(left), std::forward<R>(right),
                           [](bool x, bool y) { return x || y; });
}
template <class L, class R>
requires internal::Masks<L, R> Array<bool>
operator^(L&& left, R&& right) {
  return internal::combine(std::forward<L>(left), std::forward<R>(right),
                           [](bool x, bool y) { return x != y; });
}
template <class L>
requires internal::Masks<L, L> Array<bool>
operator~(L&& operand) {
  return internal::map_operand(std::forward<L>(operand), [](bool x) { return !x; });
}

}  // namespace cow

#endif  // COW_CORE_OPERATORS_H_
