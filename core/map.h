#ifndef COW_CORE_MAP_H_
#define COW_CORE_MAP_H_

#include <array>
#include <tuple>
#include <type_traits>
#include <utility>

#include "cow/core/array.h"
#include "cow/core/map_operands.h"
#include "cow/core/map_rows.h"
#include "cow/core/reuse.h"

/// Any function of the elements of arrays, in one pass: no temporary array for each operator, and
/// no expression object that outlives its operands.
///
///     auto c = map([](double a, double b) { return a + 2 * b; }, a, b);
///     map_into(c, [](double x, double y) { return std::max(x, y); }, c, c.T());
namespace cow {
namespace internal {

/// What `map` takes beside its function: arrays and numbers, at least one array.
template <class... Operands>
concept MapOperands = (... ||
                       AnyArray<Operands>)&&(... && (AnyArray<Operands> || AnyScalar<Operands>)) &&
                      (0 + ... + (AnyArray<Operands> ? 1 : 0)) < Walk::kMaxOperands;

template <class Operand>
struct MappedValue {
  using type = Scalar<Operand>;
};
template <AnyArray Operand>
struct MappedValue<Operand> {
  using type = typename std::remove_cvref_t<Operand>::value_type;
};
/// What the function is given of an operand.
template <class Operand>
using Mapped = typename MappedValue<Operand>::type;

/// The function with its numbers in place: a function of the elements of the arrays alone.
template <class Fn, class... Operands>
class BoundFunction {
 public:
  explicit BoundFunction(Fn fn, const Operands&... operands)
      : fn_(std::move(fn)), numbers_(number_of(operands)...) {}

  template <class... Elements>
  auto operator()(const Elements&... elements) {
    return call(std::tie(elements...), std::index_sequence_for<Operands...>());
  }

 private:
  struct NoNumber {};

  template <class Operand>
  static auto number_of(const Operand& operand) {
    if constexpr (AnyArray<Operand>) {
      return NoNumber();
    } else {
      return static_cast<Scalar<Operand>>(operand);
    }
  }

  /// Arrays before operand `K`.
  template <std::size_t K>
  static constexpr std::size_t place_of() {
    constexpr bool kIsArrayAt[] = {AnyArray<Operands>...};
    std::size_t place = 0;
    for (std::size_t k = 0; k < K; ++k) place += kIsArrayAt[k] ? 1 : 0;
    return place;
  }

  template <std::size_t K, class Elements>
  const auto& value(const Elements& elements) const {
    if constexpr (AnyArray<std::tuple_element_t<K, std::tuple<Operands...>>>) {
      return std::get<place_of<K>()>(elements);
    } else {
      return std::get<K>(numbers_);
    }
  }

  template <class Elements, std::size_t... K>
  auto call(const Elements& elements, std::index_sequence<K...>) {
    return fn_(value<K>(elements)...);
  }

  Fn fn_;
  std::tuple<decltype(number_of(std::declval<const Operands&>()))...> numbers_;
};

/// Calls `fn(std::tuple)` with the arrays among the operands, in their order, as references.
template <class Operand>
auto array_tuple(const Operand& operand) {
  if constexpr (AnyArray<Operand>) {
    return std::tie(operand);
  } else {
    return std::tuple<>();
  }
}

template <class Operand>
void release_operand(std::remove_reference_t<Operand>& operand) {
  if constexpr (AnyArray<Operand>) release_if_temporary(std::forward<Operand>(operand));
}

}  // namespace internal

/// A new array of `fn(a, b, ...)` for the elements of the operands: arrays, broadcast together, of
/// which `fn` is given one element each, and numbers, which it is given as they are. The element
/// type is what `fn` returns. At most 7 arrays. O(size), on a temporary operand's memory where
/// nobody else can reach that.
///
/// `fn` is copied, and called once for each element, in no particular order. Loops over it are
/// vectorised if the compiler can: it should be inline and without branches.
///
/// Errors: `std::invalid_argument` if the shapes do not broadcast together, `std::bad_alloc`, what
/// `fn` throws.
template <class Fn, class... Operands>
requires internal::MapOperands<Operands...>
auto map(Fn fn, Operands&&... operands) {
  using Out = std::remove_cvref_t<decltype(fn(std::declval<internal::Mapped<Operands>&>()...))>;
  static_assert(Element<Out>, "the function returns no element of an array");
  internal::BoundFunction<Fn, std::remove_cvref_t<Operands>...> bound(std::move(fn), operands...);
  Array<Out> result = std::apply(
      [&](const auto&... arrays) {
        internal::MapSources sources({&arrays.handle().node()...});
        sources.begin_reads();
        sources.look();
        internal::Handle made = internal::make_result(
            dtype_of<Out>, sources.shape(), {internal::dying_handle<Operands>(operands)...});
        internal::map_elements<Out, typename std::remove_cvref_t<decltype(arrays)>::value_type...>(
            sources.shape(), sources.operands<1 + sizeof...(arrays)>(made.node()), bound);
        return Array<Out>(std::move(made));
      },
      std::tuple_cat(internal::array_tuple(operands)...));
  (internal::release_operand<Operands>(operands), ...);
  return result;
}

namespace internal {

template <class E, class Fn, class... Operands>
void map_to(Node& out, Receiver receiver, Fn fn, Operands&&... operands) {
  BoundFunction<Fn, std::remove_cvref_t<Operands>...> bound(std::move(fn), operands...);
  const auto converted = [bound](const auto&... elements) mutable {
    return cast_element<E>(bound(elements...));
  };
  std::apply(
      [&](const auto&... arrays) {
        MapSources sources({&arrays.handle().node()...});
        sources.require_fit(out);
        sources.begin_reads();
        const Node* dying = nullptr;
        ((dying = dying == nullptr && dying_handle<Operands>(operands) != nullptr
                      ? dying_handle<Operands>(operands)->get()
                      : dying),
         ...);
        WriteScope scope(out, receiver, dying, WriteKind::kUpdate);
        MapDestination destination(scope, &sources);
        scope.begin(AccessKind::kBulk, destination.temporary_bytes());
        map_elements<E, typename std::remove_cvref_t<decltype(arrays)>::value_type...>(
            sources.shape(), destination.operands<1 + sizeof...(arrays)>(), converted);
        destination.finish();
      },
      std::tuple_cat(array_tuple(operands)...));
  (release_operand<Operands>(operands), ...);
}

}  // namespace internal

/// Writes `fn(a, b, ...)` to the elements of `out`, as `map`; operands are broadcast to its shape,
/// and results converted as `astype` does. Operands may be `out`, or overlap it in any way: the
/// result is that of reading everything first. A temporary `out` acts for the array that it was
/// made from. No memory is taken unless an operand overlaps `out` in other places than its own.
///
/// Errors as `map`, and `ReadOnlyError`; nothing has changed then, but where `fn` throws.
template <Element E, class Fn, class... Operands>
requires internal::MapOperands<Operands...> Array<E>
&map_into(Array<E>& out, Fn fn, Operands&&... operands) {
  internal::map_to<E>(out.handle().node(), internal::Receiver::kNamed, std::move(fn),
                      std::forward<Operands>(operands)...);
  return out;
}
template <Element E, class Fn, class... Operands>
requires internal::MapOperands<Operands...>
void map_into(Array<E>&& out, Fn fn, Operands&&... operands) {
  internal::map_to<E>(out.handle().node(), internal::Receiver::kTemporary, std::move(fn),
                      std::forward<Operands>(operands)...);
}

}  // namespace cow

#endif  // COW_CORE_MAP_H_
