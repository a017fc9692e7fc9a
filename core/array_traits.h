#ifndef COW_CORE_ARRAY_TRAITS_H_
#define COW_CORE_ARRAY_TRAITS_H_

#include <concepts>
#include <type_traits>
#include <utility>

#include "cow/core/dtype.h"
#include "cow/core/element_ref.h"
#include "cow/core/node.h"
#include "cow/core/promote.h"

namespace cow {

template <Element E>
class Array;
template <Element E>
class Selection;

namespace internal {

template <class A>
inline constexpr bool kIsArray = false;
template <class E>
inline constexpr bool kIsArray<Array<E>> = true;
template <class E>
inline constexpr bool kIsArray<Selection<E>> = true;

/// `Array<E>` or what an index that copies gives, perhaps const, perhaps a reference.
template <class A>
concept AnyArray = kIsArray<std::remove_cvref_t<A>>;

/// A forwarding reference that is bound to a temporary that may be consumed.
template <class A>
inline constexpr bool kIsTemporary =
    !std::is_lvalue_reference_v<A> && !std::is_const_v<std::remove_reference_t<A>>;

/// Operators give up temporaries before they return, so that the memory of
/// `u = f(u[l], u[r])` is not shared while `u` is written.
template <class A>
void release_if_temporary(A&& array) {
  if constexpr (kIsTemporary<A>) std::remove_cvref_t<A> dying(std::forward<A>(array));
}

/// The handle of an operand that may be consumed: null of a number, and of an array with a name.
template <class Operand>
Handle* dying_handle(std::remove_reference_t<Operand>& operand) {
  if constexpr (AnyArray<Operand> && kIsTemporary<Operand>) {
    return const_cast<Handle*>(&operand.handle());
  } else {
    return nullptr;
  }
}

/// A class type is const, so that nothing can be assigned to what a const array returned.
template <class E>
using ReadOnly = std::conditional_t<std::is_class_v<E>, const E, E>;

template <class S>
struct ScalarOf {
  using type = S;
};
template <class E>
struct ScalarOf<ElementRef<E>> {
  using type = E;
};

/// The element type of a C++ number or of one element of an array.
template <class S>
using Scalar = typename ScalarOf<std::remove_cvref_t<S>>::type;

/// A number that operators take beside an array.
template <class S>
concept AnyScalar = Element<Scalar<S>>;

/// What `a += other` takes beside an array of `E`: a number of the array's kind or a lower one, or
/// an array where NumPy puts an element of the result where an `E` is.
template <class Other, class E>
concept AddsInPlace =
    (AnyArray<Other> &&
     kIsSameKind<Promoted<E, typename std::remove_cvref_t<Other>::value_type>, E>) ||
    (AnyScalar<Other> && kKind<Scalar<Other>> <= kKind<E>);

/// The same for `a -= other`: bool has no difference.
template <class Other, class E>
concept SubtractsInPlace = AddsInPlace<Other, E> && !std::same_as<E, bool>;

/// The same for `a /= other`: the quotient is no integer.
template <class Other, class E>
concept DividesInPlace = AddsInPlace<Other, E> && kIsInexact<E>;

/// `value` as an element of an array of `E`, whose kind it must not exceed.
template <class E, class S>
E scalar_of(const S& value) {
  static_assert(kKind<Scalar<S>> <= kKind<E>, "the number is not of the array's kind: use astype");
  return cast_element<E>(static_cast<Scalar<S>>(value));
}

}  // namespace internal
}  // namespace cow

#endif  // COW_CORE_ARRAY_TRAITS_H_
