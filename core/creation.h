#ifndef COW_CORE_CREATION_H_
#define COW_CORE_CREATION_H_

#include <cmath>
#include <complex>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

#include "cow/core/array.h"
#include "cow/core/errors.h"
#include "cow/core/view_layout.h"

/// New arrays on memory of their own, in C order, in the thread's default mode.
/// Errors: `std::invalid_argument` for a shape with a negative extent, more than 32 axes, or too
/// many bytes; `std::bad_alloc`.
namespace cow {
namespace internal {

// Each throws `std::invalid_argument`.
[[noreturn]] void throw_ragged(Shape first, Shape other);
[[noreturn]] void throw_unaligned_memory(Shape shape);
[[noreturn]] void throw_no_length(double start, double stop, double step);

/// Braces of any depth: `{{1, 2}, {3, 4}}`.
template <Element E>
class Nested {
 public:
  template <class U>
  requires std::convertible_to<U, E> Nested(const U& value) : elements_{static_cast<E>(value)} {}
  Nested(std::initializer_list<Nested> parts) : shape_{static_cast<Index>(parts.size())} {
    const Nested* first = parts.begin();
    for (const Nested& part : parts) {
      if (part.shape_ != first->shape_) throw_ragged(first->shape_, part.shape_);
      elements_.insert(elements_.end(), part.elements_.begin(), part.elements_.end());
    }
    if (parts.size() > 0) {
      shape_.insert(shape_.end(), first->shape_.begin(), first->shape_.end());
    }
  }

  const Dims& shape() const { return shape_; }
  const std::vector<E>& elements() const { return elements_; }

 private:
  Dims shape_;
  std::vector<E> elements_;
};

/// `fn(i)` for each position in C order.
template <Element E, class Fn>
Array<E> generate(Shape shape, Fn fn) {
  Handle handle = make_array(dtype_of<E>, shape);
  E* elements = reinterpret_cast<E*>(handle.node().data);
  const Index size = handle.node().layout.size();
  for (Index i = 0; i < size; ++i) elements[i] = fn(i);
  return Array<E>(std::move(handle));
}

/// `Data` is `E` or `const E`.
template <Element E, class Data>
Array<E> borrow_memory(Data* data, const Layout& layout, std::function<void(Data*)> give_back) {
  require_aligned_layout(layout, sizeof(E), alignof(E));
  if ((reinterpret_cast<std::uintptr_t>(data) + static_cast<std::uintptr_t>(layout.offset())) %
              alignof(E) !=
          0 ||
      (data == nullptr && !layout.empty())) {
    throw_unaligned_memory(layout.shape());
  }
  std::function<void()> forget;
  if (give_back) forget = [data, give_back = std::move(give_back)] { give_back(data); };
  std::byte* bytes = reinterpret_cast<std::byte*>(const_cast<E*>(data));
  return Array<E>(
      make_foreign_array(dtype_of<E>, bytes, layout, std::is_const_v<Data>, std::move(forget)));
}

}  // namespace internal

/// `array<double>({{1, 2}, {3, 4}})`, braces of any depth.
/// Errors: `std::invalid_argument` if they are ragged.
template <Element E>
Array<E> array(const internal::Nested<E>& elements) {
  return internal::generate<E>(elements.shape(), [&](Index i) { return elements.elements()[i]; });
}

/// Uninitialised.
template <Element E>
Array<E> empty(Shape shape) {
  return Array<E>(internal::make_array(dtype_of<E>, shape, internal::Use::kPerhapsInPart));
}

template <Element E>
Array<E> full(Shape shape, const E& value) {
  return internal::generate<E>(shape, [&](Index) { return value; });
}
template <Element E>
Array<E> zeros(Shape shape) {
  return full<E>(shape, E());
}
template <Element E>
Array<E> ones(Shape shape) {
  return full<E>(shape, E(1));
}

/// `start, start + step, ...`, before `stop`: as many as `ceil((stop - start) / step)`.
/// Errors: `std::invalid_argument` for step 0 or a length that is not a number of elements.
template <Element E>
requires(!internal::kIsComplex<E> && !std::same_as<E, bool>) Array<E> arange(E start, E stop,
                                                                             E step = E(1)) {
  if (step == E()) internal::throw_invalid_argument("arange: the step is zero");
  Index count = 0;
  if constexpr (std::is_floating_point_v<E>) {
    const E length = std::ceil((stop - start) / step);
    if (!(length < E(9e18))) internal::throw_no_length(start, stop, step);
    count = length > 0 ? static_cast<Index>(length) : 0;
  } else {
    // Unsigned, as the distance between two 64-bit integers may not fit a signed one.
    const bool up = step > E();
    if (up ? start < stop : stop < start) {
      using U = std::uint64_t;
      const U distance = up ? static_cast<U>(stop) - static_cast<U>(start)
                            : static_cast<U>(start) - static_cast<U>(stop);
      const U stride = up ? static_cast<U>(step) : U{0} - static_cast<U>(step);
      const U steps = (distance - 1) / stride + 1;
      count = internal::to_index(steps);
    }
  }
  return internal::generate<E>(Shape{count}, [&](Index i) {
    return internal::Plus()(start, internal::Times()(internal::cast_element<E>(i), step));
  });
}
template <Element E>
requires(!internal::kIsComplex<E> && !std::same_as<E, bool>) Array<E> arange(E stop) {
  return arange<E>(E(), stop);
}

/// Ones at `(i, i)`, else zeros; shape `(n, n)`.
template <Element E>
Array<E> eye(Index n) {
  return internal::generate<E>({n, n}, [&](Index i) { return i / n == i % n ? E(1) : E(); });
}

/// A copy of `elements`, C order, in `shape`. Errors: `std::invalid_argument` if the sizes differ.
template <Element E>
Array<E> from_span(absl::Span<const E> elements, Shape shape) {
  const Dims resolved = resolve_shape(shape, static_cast<Index>(elements.size()));
  return internal::generate<E>(resolved, [&](Index i) { return elements[i]; });
}

/// `count` numbers from `start` to `stop`, evenly spaced; `stop` is the last one, or the first that
/// is left out. Computed in double precision; integers are rounded down.
/// Errors: `std::invalid_argument` for a negative count.
template <Element E>
requires(!std::same_as<E, bool>) Array<E> linspace(const E& start, const E& stop, Index count = 50,
                                                   bool includes_stop = true) {
  using Wide = std::conditional_t<internal::kIsComplex<E>, std::complex<double>, double>;
  const Wide first = internal::cast_element<Wide>(start);
  const Wide length = internal::cast_element<Wide>(stop) - first;
  const double steps = static_cast<double>(includes_stop ? count - 1 : count);
  const Wide step = steps > 0 ? length / steps : Wide();
  return internal::generate<E>(Shape{count}, [&](Index i) {
    if (includes_stop && i > 0 && i == count - 1) return stop;
    const double position = static_cast<double>(i);
    const Wide value =
        (step == Wide() && steps > 0 ? position / steps * length : position * step) + first;
    if constexpr (std::is_integral_v<E>) {
      return internal::cast_element<E>(std::floor(value));
    } else {
      return internal::cast_element<E>(value);
    }
  });
}

/// An array on foreign memory: nothing is copied, `data` is where offset 0 of `layout` is, and
/// `give_back(data)` is called when the last array on it is gone. Who else writes it is seen by all
/// arrays that share it; `copy()` never does. In copy-on-write mode a value that writes while
/// others share it moves to memory of its own, as always. `const` data gives an array that is
/// read-only for good. Errors: `std::invalid_argument` for a layout that no array can have, or
/// `data` or strides that are not aligned for `E`; `std::bad_alloc`. `give_back` is not called
/// then.
template <Element E>
Array<E> borrow(E* data, const Layout& layout,
                std::type_identity_t<std::function<void(E*)>> give_back = nullptr) {
  return internal::borrow_memory<E>(data, layout, std::move(give_back));
}
template <Element E>
Array<E> borrow(const E* data, const Layout& layout,
                std::type_identity_t<std::function<void(const E*)>> give_back = nullptr) {
  return internal::borrow_memory<E>(data, layout, std::move(give_back));
}

/// `fn` applied to a copy of `a`; returns what it returns, and `a` stays as it was.
template <Element E, class Fn>
auto safe_modify(const Array<E>& a, Fn fn) {
  Array<E> working_copy = a.copy();
  return fn(working_copy);
}

}  // namespace cow

#endif  // COW_CORE_CREATION_H_
