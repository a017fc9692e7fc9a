#include "cow/core/reduce.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdlib>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "cow/core/elementwise.h"
#include "cow/core/errors.h"
#include "cow/core/functors.h"
#include "cow/core/sum.h"
#include "cow/core/write_gate.h"

namespace cow::internal {
namespace {

/// An array without one axis, and its elements along that axis. An array without axes has, as in
/// NumPy, an axis 0 of its one element. Errors: `std::out_of_range` for an axis that there is not.
struct Lanes {
  Lanes(const Layout& layout, Index along)
      : shape(layout.shape().begin(), layout.shape().end()),
        strides(layout.strides().begin(), layout.strides().end()),
        axis(normalize_axis(along, std::max(layout.ndim(), 1))) {
    if (shape.empty()) return;
    count = shape[axis];
    stride = strides[axis];
    shape.erase(shape.begin() + axis);
    strides.erase(strides.begin() + axis);
  }

  Dims shape;
  Dims strides;
  Index stride = 0;
  Index count = 1;
  /// The axis, from the front.
  int axis = 0;
};

/// The elements along one axis.
template <class E>
struct Lane {
  const std::byte* address;
  Index stride;
  Index count;

  const E& operator[](Index i) const { return *reinterpret_cast<const E*>(address + i * stride); }
};

/// Calls `fn(element)` for each element, in the order of memory.
template <class E, class Fn>
void visit_elements(const Node& node, Fn fn) {
  std::byte* address = begin_read(node, AccessKind::kReduce);
  for_each_element<const E>(node.layout.shape(), {{{address, node.layout.strides()}}}, fn);
}

/// `fn(lane)` for each lane along `axis`, in a new array without it.
template <class E, class Out, class Fn>
Handle reduce_lanes(const Node& node, Index axis, Fn fn) {
  const Lanes lanes(node.layout, axis);
  Handle result = make_array(dtype_of<Out>, lanes.shape);
  Node& to = result.node();
  std::byte* address = begin_read(node, AccessKind::kReduce);
  for_each_element<Out, std::byte>(lanes.shape,
                                   {{{to.data, to.layout.strides()}, {address, lanes.strides}}},
                                   [&](Out& out, const std::byte& first) {
                                     out = fn(Lane<E>{&first, lanes.stride, lanes.count});
                                   });
  return result;
}

// ---- sums -------------------------------------------------------------------------------------

/// The axes of an array that is summed, in the order of its memory, outermost first: those of
/// extent 1 dropped, those that continue each other merged. At least two.
using SummedAxes = absl::InlinedVector<SummedAxis, 4>;
SummedAxes summed_axes(Shape shape, absl::Span<const Index> from, absl::Span<const Index> to) {
  SummedAxes axes;
  for (std::size_t k = 0; k < shape.size(); ++k) {
    if (shape[k] == 1) continue;
    const SummedAxis axis = {shape[k], from[k], to[k]};
    // Axes that tie keep C order.
    axes.insert(std::upper_bound(axes.begin(), axes.end(), axis,
                                 [](const SummedAxis& a, const SummedAxis& b) {
                                   return std::abs(a.from) > std::abs(b.from);
                                 }),
                axis);
  }
  SummedAxes merged;
  for (const SummedAxis& axis : axes) {
    if (!merged.empty() && merged.back().from == axis.from * axis.extent &&
        merged.back().to == axis.to * axis.extent) {
      merged.back() = {merged.back().extent * axis.extent, axis.from, axis.to};
    } else {
      merged.push_back(axis);
    }
  }
  while (merged.size() < 2) merged.insert(merged.begin(), SummedAxis());
  return merged;
}

/// What numbers of type `Sum` are added as; integers wrap.
template <class Sum>
using Addend = std::conditional_t<std::is_integral_v<Sum>, std::uint64_t, Sum>;

template <class E, class Sum>
void read_block(const std::byte* from, Index stride, Index count, Sum* block) {
  for (Index i = 0; i < count; ++i) {
    block[i] = cast_element<Sum>(*reinterpret_cast<const E*>(from + i * stride));
  }
}

template <class E, class Sum>
void add_elements(absl::Span<const SummedAxis> axes, const std::byte* from, std::byte* to) {
  const SummedAxis& outer = axes[0];
  if (axes.size() == 2) {
    const bool is_packed = std::is_same_v<E, Sum> && axes[1].from == sizeof(E);
    return add_to_sums<Sum>(from, to, outer, axes[1], &read_block<E, Sum>, is_packed);
  }
  for (Index i = 0; i < outer.extent; ++i) {
    add_elements<E, Sum>(axes.subspan(1), from + i * outer.from, to + i * outer.to);
  }
}

/// Adds the elements of `node` to the sums at `sums`, which lie as `strides` say: 0 along an axis
/// that is summed. O(size).
template <class E, class Sum>
void add_to(const Node& node, Sum* sums, absl::Span<const Index> strides) {
  const std::byte* address = begin_read(node, AccessKind::kReduce);
  if (node.layout.empty()) return;
  add_elements<E, Addend<Sum>>(summed_axes(node.layout.shape(), node.layout.strides(), strides),
                               address, reinterpret_cast<std::byte*>(sums));
}

template <class E, class Sum>
Sum sum_all(const Node& node) {
  Sum total{};
  add_to<E>(node, &total, Dims(node.layout.shape().size(), 0));
  return total;
}

template <class E, class Sum>
Handle sum_axis(const Node& node, Index axis) {
  const Layout& from = node.layout;
  const Lanes lanes(from, axis);
  Handle result = make_array(dtype_of<Sum>, lanes.shape);
  Node& to = result.node();
  Sum* sums = reinterpret_cast<Sum*>(to.data);
  std::fill_n(sums, to.layout.size(), Sum{});
  Dims strides(to.layout.strides().begin(), to.layout.strides().end());
  if (from.ndim() > 0) strides.insert(strides.begin() + lanes.axis, 0);
  add_to<E>(node, sums, strides);
  return result;
}

// ---- extremes ---------------------------------------------------------------------------------

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

[[noreturn]] void throw_nothing_to_compare(Shape shape, const char* name) {
  throw_invalid_argument(absl::StrCat("zero-size array of shape ", tuple_text(shape),
                                      " to reduction operation ", name, " which has no identity"));
}

/// Errors: if lanes have no elements.
void require_lanes(const Node& node, Index axis, const char* name) {
  if (Lanes(node.layout, axis).count == 0) throw_nothing_to_compare(node.layout.shape(), name);
}

/// Where along the lane the element is that `before` puts first, the first of several; of the
/// first NaN if there is one. The lane is not empty.
template <class E, class Before>
Index first_in_order(const Lane<E>& lane, Before before) {
  Index best = 0;
  for (Index i = 0; i < lane.count && !is_nan(lane[best]); ++i) {
    if (is_nan(lane[i]) || before(lane[i], lane[best])) best = i;
  }
  return best;
}

/// The element that `before` puts first; the first NaN if there is one.
template <class E, class Before>
E extreme(const Node& node, const char* name, Before before) {
  if (node.layout.empty()) throw_nothing_to_compare(node.layout.shape(), name);
  const E* best = nullptr;
  visit_elements<E>(node, [&](const E& element) {
    if (best == nullptr || (!is_nan(*best) && (is_nan(element) || before(element, *best)))) {
      best = &element;
    }
  });
  return *best;
}

template <class E, class Before>
Handle extreme_axis(const Node& node, Index axis, const char* name, Before before) {
  require_lanes(node, axis, name);
  return reduce_lanes<E, E>(
      node, axis, [before](const Lane<E>& lane) { return lane[first_in_order(lane, before)]; });
}

/// The number, in C order, of the element that `before` puts first.
template <class E, class Before>
Index extreme_position(const Node& node, const char* name, Before before) {
  const Layout& layout = node.layout;
  if (layout.empty()) throw_nothing_to_compare(layout.shape(), name);
  const std::byte* address = begin_read(node, AccessKind::kReduce);
  const auto at = [&](Index i) -> const E& {
    return *reinterpret_cast<const E*>(address + layout.displacement_of_flat(i));
  };
  if (layout.is_contiguous(sizeof(E))) {
    return first_in_order(Lane<E>{address, sizeof(E), layout.size()}, before);
  }
  Index best = 0;
  for (Index i = 0; i < layout.size() && !is_nan(at(best)); ++i) {
    if (is_nan(at(i)) || before(at(i), at(best))) best = i;
  }
  return best;
}

template <class E, class Before>
Handle extreme_position_axis(const Node& node, Index axis, const char* name, Before before) {
  require_lanes(node, axis, name);
  return reduce_lanes<E, Index>(
      node, axis, [before](const Lane<E>& lane) { return first_in_order(lane, before); });
}

}  // namespace

template <Element E>
SumOf<E> Reductions<E>::sum(const Node& node) {
  return sum_all<E, SumOf<E>>(node);
}
template <Element E>
Handle Reductions<E>::sum(const Node& node, Index axis) {
  return sum_axis<E, SumOf<E>>(node, axis);
}

template <Element E>
MeanOf<E> Reductions<E>::mean(const Node& node) {
  return Divide()(sum_all<E, MeanOf<E>>(node), cast_element<MeanOf<E>>(node.layout.size()));
}
template <Element E>
Handle Reductions<E>::mean(const Node& node, Index axis) {
  // An array without axes has none here.
  const Index count = node.layout.extent(normalize_axis(axis, node.layout.ndim()));
  Handle means = sum_axis<E, MeanOf<E>>(node, axis);
  Node& to = means.node();
  for_each_element<MeanOf<E>>(to.layout.shape(), {{{to.data, to.layout.strides()}}},
                              [divisor = cast_element<MeanOf<E>>(count)](MeanOf<E>& mean) {
                                mean = Divide()(mean, divisor);
                              });
  return means;
}

template <Element E>
E Reductions<E>::min(const Node& node) {
  return extreme<E>(node, "minimum", Less());
}
template <Element E>
Handle Reductions<E>::min(const Node& node, Index axis) {
  return extreme_axis<E>(node, axis, "minimum", Less());
}
template <Element E>
E Reductions<E>::max(const Node& node) {
  return extreme<E>(node, "maximum", Greater());
}
template <Element E>
Handle Reductions<E>::max(const Node& node, Index axis) {
  return extreme_axis<E>(node, axis, "maximum", Greater());
}

template <Element E>
Index Reductions<E>::argmin(const Node& node) {
  return extreme_position<E>(node, "argmin", Less());
}
template <Element E>
Handle Reductions<E>::argmin(const Node& node, Index axis) {
  return extreme_position_axis<E>(node, axis, "argmin", Less());
}
template <Element E>
Index Reductions<E>::argmax(const Node& node) {
  return extreme_position<E>(node, "argmax", Greater());
}
template <Element E>
Handle Reductions<E>::argmax(const Node& node, Index axis) {
  return extreme_position_axis<E>(node, axis, "argmax", Greater());
}

template <Element E>
bool Reductions<E>::any(const Node& node) {
  bool found = false;
  visit_elements<E>(node, [&](const E& element) { found |= element != E{}; });
  return found;
}
template <Element E>
Handle Reductions<E>::any(const Node& node, Index axis) {
  return reduce_lanes<E, bool>(node, axis, [](const Lane<E>& lane) {
    for (Index i = 0; i < lane.count; ++i) {
      if (lane[i] != E{}) return true;
    }
    return false;
  });
}

template <Element E>
bool Reductions<E>::all(const Node& node) {
  bool found_zero = false;
  visit_elements<E>(node, [&](const E& element) { found_zero |= element == E{}; });
  return !found_zero;
}
template <Element E>
Handle Reductions<E>::all(const Node& node, Index axis) {
  return reduce_lanes<E, bool>(node, axis, [](const Lane<E>& lane) {
    for (Index i = 0; i < lane.count; ++i) {
      if (lane[i] == E{}) return false;
    }
    return true;
  });
}

// Every type that is an `Element`: C++ has several of some widths.
template struct Reductions<bool>;
template struct Reductions<char>;
template struct Reductions<signed char>;
template struct Reductions<short>;
template struct Reductions<int>;
template struct Reductions<long>;
template struct Reductions<long long>;
template struct Reductions<unsigned char>;
template struct Reductions<unsigned short>;
template struct Reductions<unsigned>;
template struct Reductions<unsigned long>;
template struct Reductions<unsigned long long>;
template struct Reductions<float>;
template struct Reductions<double>;
template struct Reductions<std::complex<float>>;
template struct Reductions<std::complex<double>>;

}  // namespace cow::internal
