#ifndef COW_CORE_ARRAY_H_
#define COW_CORE_ARRAY_H_

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "cow/core/array_traits.h"
#include "cow/core/assign.h"
#include "cow/core/copy.h"
#include "cow/core/element_ref.h"
#include "cow/core/errors.h"
#include "cow/core/format.h"
#include "cow/core/reduce.h"
#include "cow/core/select.h"
#include "cow/core/span.h"

namespace cow {

/// An N-dimensional array of `E`; the rank is known at run time. A handle: one pointer, which owns
/// one node of the view tree.
///
/// Copying a handle, indexing, reshaping and transposing share memory: O(ndim), no element is
/// touched. In view mode they are NumPy's views; in copy-on-write mode (`core/mode.h`) each is a
/// value of its own that happens to share memory until one of the sharers is written. `a = b` on a
/// name rebinds it; an indexing expression on the left writes elements: `a[1] = b`.
///
/// A temporary acts for the array that it was made from: `a[i] = x`, `a.T()[i] = x` and
/// `a[i][j] += x` write `a` in both modes. An array with a name acts for itself.
///
/// What is made from a `const Array` is read-only; a copy of a const handle is not.
///
/// Errors: positions and axes that there are not: `std::out_of_range`; shapes that do not fit, or
/// an array that is `Array()` or moved from: `std::invalid_argument`; a write to a read-only array:
/// `ReadOnlyError`; no memory: `std::bad_alloc`. Nothing has changed when one is thrown.
template <Element E>
class Array {
 public:
  using value_type = E;

  /// No array: `size()` 0; anything but asking that, assigning and destroying throws.
  Array() noexcept = default;
  /// Shares the elements. A copy of a `.ref()` is one more of its value.
  Array(const Array&) = default;
  /// Leaves `Array()` behind; no node is made.
  Array(Array&&) noexcept = default;
  explicit Array(internal::Handle handle) noexcept : handle_(std::move(handle)) {}

  /// On a name: rebinds it to the elements of `other`. To write elements, use `assign` or `fill`.
  Array& operator=(const Array& other) & = default;
  Array& operator=(Array&& other) & noexcept = default;
  void operator=(const E& value) & = delete;  // a.fill(value)

  /// On a temporary: writes its elements, in the array that it was made from; `source` is broadcast
  /// and read before anything is written.
  void operator=(const Array& source) && { write_from(internal::Receiver::kTemporary, source); }
  void operator=(Array&& source) && {
    write_from(internal::Receiver::kTemporary, std::move(source));
  }
  template <Element U>
  void operator=(const Array<U>& source) && {
    write_from(internal::Receiver::kTemporary, source);
  }
  void operator=(const E& value) && {
    internal::fill_elements(node(), internal::Receiver::kTemporary, value);
  }

  // ---- what it is ---------------------------------------------------------------------------

  int ndim() const { return node().layout.ndim(); }
  Shape shape() const { return node().layout.shape(); }
  /// Bytes from one element to the next along each axis.
  absl::Span<const Index> strides() const { return node().layout.strides(); }
  /// Number of elements; 0 for `Array()`. O(ndim).
  Index size() const { return handle_.get() == nullptr ? 0 : node().layout.size(); }
  static constexpr Index itemsize() { return sizeof(E); }
  static constexpr DType dtype() { return dtype_of<E>; }
  /// Bytes of the elements: `size() * itemsize()`, shared or not.
  Index nbytes() const { return size() * itemsize(); }
  /// C order without gaps. O(ndim).
  bool is_contiguous() const { return node().layout.is_contiguous(itemsize()); }
  bool is_writeable() const { return !node().has(internal::kReadOnly); }
  /// Of this array and of views made from it later. Errors: `std::invalid_argument` for `true` on a
  /// read-only view of a read-only array.
  void set_writeable(bool writeable) { internal::set_writeable(node(), writeable); }
  /// Not a view. In copy-on-write mode all but refs: each is a value of its own.
  bool owns_data() const { return !internal::base_of(node()).get(); }

  /// The array at the root of the view tree, in its own value; none for an owner. In copy-on-write
  /// mode only refs have one.
  std::optional<Array> base() const { return optional(internal::base_of(node())); }
  /// The array that this one was made from; NumPy keeps only the base.
  std::optional<Array> parent() const { return optional(internal::parent_of(node())); }
  /// Same memory and same layout, now.
  bool is(const Array& other) const {
    return node().address() == other.node().address() && shape() == other.shape() &&
           strides() == other.strides();
  }

  /// The name that reports use.
  Array& label(std::string_view text) & {
    internal::set_label(node(), text);
    return *this;
  }
  Array label(std::string_view text) && {
    internal::set_label(node(), text);
    return std::move(*this);
  }
  /// "" if there is none.
  std::string label() const { return node().label ? *node().label : std::string(); }

  // ---- elements -----------------------------------------------------------------------------

  /// One element, one position an axis; negative ones count from the end.
  template <internal::Integer... I>
  ElementRef<E> operator()(I... position) & {
    return element(internal::Receiver::kNamed, {internal::to_index(position)...});
  }
  template <internal::Integer... I>
  ElementRef<E> operator()(I... position) && {
    return element(internal::Receiver::kTemporary, {internal::to_index(position)...});
  }
  /// The element's value.
  template <internal::Integer... I>
  internal::ReadOnly<E> operator()(I... position) const& {
    const internal::Node& n = node();
    const Index displacement =
        internal::displacement_of(n.layout, {internal::to_index(position)...});
    if (!n.has(internal::kSlowRead)) return internal::element_at<const E>(n.data + displacement);
    return internal::element_at<const E>(internal::begin_read_element(n, displacement));
  }

  /// A scoped pointer to the elements, for loops at raw speed; `N` is the rank.
  /// Errors: `std::invalid_argument` if it is not.
  template <int N>
  Span<const E, N> span() const {
    internal::require_rank(node().layout, N);
    return {internal::ReadLease(node()), node().layout};
  }
  template <int N>
  Span<E, N> mutable_span() & {
    return open_span<N>(internal::Receiver::kNamed);
  }
  template <int N>
  Span<E, N> mutable_span() && {
    return open_span<N>(internal::Receiver::kTemporary);
  }

  // ---- views: share memory ------------------------------------------------------------------

  /// `a[1]`, `a[slice(0, 4, 2)]`, `a[all]`: one entry of a basic index.
  template <class I>
  requires std::convertible_to<const I&, IndexItem> Array operator[](const I& item) & {
    return index(*this, {item});
  }
  template <class I>
  requires std::convertible_to<const I&, IndexItem>
  const Array operator[](const I& item) const& { return index(*this, {item}); }
  template <class I>
  requires std::convertible_to<const I&, IndexItem> Array operator[](const I& item) && {
    return index(std::move(*this), {item});
  }
  /// `a[{slice(1, 3), newaxis, ellipsis, 0}]`.
  Array operator[](IndexItems items) & { return index(*this, items); }
  const Array operator[](IndexItems items) const& { return index(*this, items); }
  Array operator[](IndexItems items) && { return index(std::move(*this), items); }

  /// The elements in C order in another shape; one extent may be -1. Shares memory where strides
  /// allow it, else copies. Errors: `std::invalid_argument` if the sizes differ. A copy is O(size).
  Array reshape(Shape shape) & { return reshaped(*this, shape); }
  const Array reshape(Shape shape) const& { return reshaped(*this, shape); }
  Array reshape(Shape shape) && { return reshaped(std::move(*this), shape); }

  /// Axes in reverse order.
  Array T() & { return transposed(*this, {}); }
  const Array T() const& { return transposed(*this, {}); }
  Array T() && { return transposed(std::move(*this), {}); }
  /// Axis `i` of the result is axis `axes[i]`; none given: reversed. Errors:
  /// `std::invalid_argument` unless `axes` is a permutation.
  Array transpose(absl::Span<const Index> axes = {}) & { return transposed(*this, axes); }
  const Array transpose(absl::Span<const Index> axes = {}) const& {
    return transposed(*this, axes);
  }
  Array transpose(absl::Span<const Index> axes = {}) && {
    return transposed(std::move(*this), axes);
  }

  /// Stretched to `shape` without copying. Read-only in view mode; in copy-on-write mode a named
  /// one can be written, and its elements become distinct (a copy) first.
  Array broadcast_to(Shape shape) & { return broadcast(*this, shape); }
  const Array broadcast_to(Shape shape) const& { return broadcast(*this, shape); }
  Array broadcast_to(Shape shape) && { return broadcast(std::move(*this), shape); }

  /// Without the axes of extent 1, or without the `axes` given, which must be such.
  Array squeeze(absl::Span<const Index> axes = {}) & { return squeezed(*this, axes); }
  const Array squeeze(absl::Span<const Index> axes = {}) const& { return squeezed(*this, axes); }
  Array squeeze(absl::Span<const Index> axes = {}) && { return squeezed(std::move(*this), axes); }

  /// One axis, in C order: a view if contiguous, else a copy.
  Array ravel() & { return raveled(*this); }
  const Array ravel() const& { return raveled(*this); }
  Array ravel() && { return raveled(std::move(*this)); }

  /// A declared alias: an array of the same value. Writes through it are meant to change this one,
  /// in both modes, and are no surprise. A temporary joins the array that it was made from.
  Array ref() & {
    internal::make_elements_distinct(node());
    return Array(internal::make_ref(handle_, internal::Receiver::kNamed));
  }
  const Array ref() const& {
    return Array(internal::make_ref(mutable_handle(), internal::Receiver::kConst));
  }
  Array ref() && { return Array(internal::make_ref(handle_, internal::Receiver::kTemporary)); }

  // ---- copies: memory of their own ----------------------------------------------------------

  /// An independent writeable array, in C order. O(size), or O(1) in copy-on-write mode, where the
  /// memory may be shared until one of them is written.
  Array copy() const& { return Array(internal::copy_array(node())); }
  Array copy() && { return released().copy(); }
  /// A copy in one axis. O(size).
  Array flatten() const& { return copy().reshape({-1}); }
  Array flatten() && { return released().flatten(); }
  /// Elements converted to `U`: integers wrap, bool is "not zero". O(size).
  template <Element U>
  Array<U> astype() && {
    return released().template astype<U>();
  }
  template <Element U>
  Array<U> astype() const& {
    Array<U> result(internal::make_array(dtype_of<U>, shape()));
    result.write_from(internal::Receiver::kNamed, *this);
    return result;
  }
  /// Entries of the first axis, copied. O(size of the result). To write them, use `put`.
  const Array operator[](const IndexList& list) const {
    const Index count = static_cast<Index>(list.positions().size());
    return selected(internal::select_positions(node().layout, list.positions(), {count}, 0));
  }
  /// Entries of the first axis, copied; the result's first axes have `positions`' shape.
  template <Element I>
  requires std::integral<I> &&(!std::same_as<I, bool>) const Array operator[](
      const Array<I>& positions) const {
    return take(positions, 0);
  }
  /// The elements where `mask` is true, copied; it covers all axes or the first ones.
  const Array operator[](const Array<bool>& mask) const { return selected(where(mask)); }
  /// Entries `positions` along `axis`, copied.
  template <Element I>
  requires std::integral<I> &&(!std::same_as<I, bool>)Array
      take(const Array<I>& positions, Index axis) const {
    const Array<Index> flat = positions.template astype<Index>();
    return selected(
        internal::select_positions(node().layout,
                                   {reinterpret_cast<const Index*>(flat.handle().node().data),
                                    static_cast<std::size_t>(flat.size())},
                                   positions.shape(), normalize_axis(axis, ndim())));
  }

  // ---- writes -------------------------------------------------------------------------------

  /// Every element becomes `value`.
  Array& fill(const E& value) & {
    internal::fill_elements(node(), internal::Receiver::kNamed, value);
    return *this;
  }
  void fill(const E& value) && {
    internal::fill_elements(node(), internal::Receiver::kTemporary, value);
  }
  /// The elements of `source`, broadcast; read before anything is written.
  template <class Source>
  requires internal::AnyArray<Source> Array& assign(Source&& source) & {
    write_from(internal::Receiver::kNamed, std::forward<Source>(source));
    return *this;
  }
  template <class Source>
  requires internal::AnyArray<Source>
  void assign(Source&& source) && {
    write_from(internal::Receiver::kTemporary, std::forward<Source>(source));
  }
  /// `value` into the elements where `mask` is true, or the entries of the first axis listed.
  void put(const Array<bool>& mask, const E& value) & {
    write_selected([&] { return where(mask); }, value);
  }
  void put(const IndexList& list, const E& value) & {
    const Index count = static_cast<Index>(list.positions().size());
    write_selected(
        [&] { return internal::select_positions(node().layout, list.positions(), {count}, 0); },
        value);
  }

  /// In place, element by element; `other` is a scalar or an array that is broadcast. Integers
  /// wrap.
  template <class Other>
  Array& operator+=(Other&& other) & {
    return updated(std::forward<Other>(other), internal::Plus());
  }
  template <class Other>
  Array& operator-=(Other&& other) & {
    return updated(std::forward<Other>(other), internal::Minus());
  }
  template <class Other>
  Array& operator*=(Other&& other) & {
    return updated(std::forward<Other>(other), internal::Times());
  }
  template <class Other>
  requires internal::kIsInexact<E> Array& operator/=(Other&& other) & {
    return updated(std::forward<Other>(other), internal::Divide());
  }
  template <class Other>
  void operator+=(Other&& other) && {
    update(internal::Receiver::kTemporary, std::forward<Other>(other), internal::Plus());
  }
  template <class Other>
  void operator-=(Other&& other) && {
    update(internal::Receiver::kTemporary, std::forward<Other>(other), internal::Minus());
  }
  template <class Other>
  void operator*=(Other&& other) && {
    update(internal::Receiver::kTemporary, std::forward<Other>(other), internal::Times());
  }
  template <class Other>
  requires internal::kIsInexact<E>
  void operator/=(Other&& other) && {
    update(internal::Receiver::kTemporary, std::forward<Other>(other), internal::Divide());
  }

  // ---- reductions: O(size); a temporary is given up before they return
  // ------------------------------------------------------------------

  /// The sum of all elements, 0 if there are none: in 64 bits for integers, which wrap.
  internal::SumOf<E> sum() const& { return internal::sum_all<E>(node()); }
  internal::SumOf<E> sum() && { return released().sum(); }
  /// Along one axis, which the result does not have.
  Array<internal::SumOf<E>> sum(Index axis) const& {
    return Array<internal::SumOf<E>>(internal::sum_axis<E>(node(), axis));
  }
  Array<internal::SumOf<E>> sum(Index axis) && { return released().sum(axis); }
  /// Not a number if there are no elements.
  internal::MeanOf<E> mean() const& {
    return internal::cast_element<internal::MeanOf<E>>(
               internal::sum_all<E, internal::MeanOf<E>>(node())) /
           internal::mean_divisor<E>(size());
  }
  internal::MeanOf<E> mean() && { return released().mean(); }
  Array<internal::MeanOf<E>> mean(Index axis) const& {
    const Index count = shape()[normalize_axis(axis, ndim())];
    Array<internal::MeanOf<E>> result(internal::sum_axis<E, internal::MeanOf<E>>(node(), axis));
    result /= internal::mean_divisor<E>(count);
    return result;
  }
  Array<internal::MeanOf<E>> mean(Index axis) && { return released().mean(axis); }
  /// Errors: `std::invalid_argument` if there are no elements. NaN if there is one.
  E min() const& { return internal::extreme<E>(node(), "minimum", internal::Less()); }
  E min() && { return released().min(); }
  E max() const& { return internal::extreme<E>(node(), "maximum", internal::Greater()); }
  E max() && { return released().max(); }
  /// Is any, or every, element other than 0?
  bool any() const& { return internal::any_nonzero<E>(node()); }
  bool any() && { return released().any(); }
  bool all() const& { return internal::all_nonzero<E>(node()); }
  bool all() && { return released().all(); }

  /// What diagnostics and other layers work on.
  const internal::Handle& handle() const { return handle_; }

 private:
  template <Element U>
  friend class Array;

  internal::Node& node() const { return handle_.node(); }
  // A view of a const array adds to the tree, and changes nothing that the array shows.
  internal::Handle& mutable_handle() const { return const_cast<internal::Handle&>(handle_); }

  // Given up before the statement ends, so that it does not count as a sharer of what the
  // statement writes.
  const Array released() { return std::move(*this); }

  static std::optional<Array> optional(internal::Handle handle) {
    if (handle.get() == nullptr) return std::nullopt;
    return Array(std::move(handle));
  }

  ElementRef<E> element(internal::Receiver receiver, std::initializer_list<Index> position) {
    internal::Node& n = node();
    return {n, receiver, internal::place_of(n.layout, position)};
  }

  template <int N>
  Span<E, N> open_span(internal::Receiver receiver) {
    internal::require_rank(node().layout, N);
    internal::WriteLease lease(node(), receiver);
    return {std::move(lease), node().layout};
  }

  /// `arrange` makes the view's layout from `self`'s.
  template <class Self, class Arrange>
  static Array view(Self&& self, const ViewOp& op, Arrange arrange) {
    constexpr internal::Receiver kReceiver =
        std::is_const_v<std::remove_reference_t<Self>> ? internal::Receiver::kConst
        : std::is_lvalue_reference_v<Self>             ? internal::Receiver::kNamed
                                                       : internal::Receiver::kTemporary;
    internal::Node& n = self.node();
    if constexpr (kReceiver == internal::Receiver::kNamed) internal::make_elements_distinct(n);
    return Array(internal::make_view(self.mutable_handle(), arrange(n.layout), op, kReceiver));
  }
  template <class Self>
  static Array index(Self&& self, IndexItems items) {
    return view(std::forward<Self>(self), {ViewOp::Kind::kIndex, items},
                [&](const Layout& layout) { return index_layout(layout, items); });
  }
  template <class Self>
  static Array reshaped(Self&& self, Shape shape) {
    Layout layout;
    if (!reshape_layout(self.node().layout, shape, itemsize(), &layout)) {
      return self.copy().reshape(shape);
    }
    const Dims wanted(layout.shape().begin(), layout.shape().end());
    return view(std::forward<Self>(self), {ViewOp::Kind::kReshape, {}, wanted},
                [&](const Layout& from) {
                  reshape_layout(from, shape, itemsize(), &layout);
                  return layout;
                });
  }
  template <class Self>
  static Array transposed(Self&& self, absl::Span<const Index> axes) {
    return view(std::forward<Self>(self), {ViewOp::Kind::kTranspose, {}, axes},
                [&](const Layout& layout) {
                  return axes.empty() ? reverse_axes(layout) : transpose_layout(layout, axes);
                });
  }
  template <class Self>
  static Array broadcast(Self&& self, Shape shape) {
    return view(std::forward<Self>(self), {ViewOp::Kind::kBroadcastTo, {}, shape},
                [&](const Layout& layout) { return broadcast_layout(layout, shape); });
  }
  template <class Self>
  static Array squeezed(Self&& self, absl::Span<const Index> axes) {
    return view(std::forward<Self>(self), {ViewOp::Kind::kSqueeze, {}, axes},
                [&](const Layout& layout) {
                  return axes.empty() ? squeeze_layout(layout) : squeeze_layout(layout, axes);
                });
  }
  template <class Self>
  static Array raveled(Self&& self) {
    if (!self.is_contiguous()) return self.flatten();
    return reshaped(std::forward<Self>(self), {-1});
  }

  internal::Selection where(const Array<bool>& mask) const {
    const std::byte* address = internal::begin_read(mask.node(), internal::AccessKind::kBulk);
    return internal::select_mask(node().layout, mask.node().layout, address);
  }
  Array selected(const internal::Selection& selection) const {
    return Array(internal::copy_selection(node(), selection));
  }
  void write_selected(absl::FunctionRef<internal::Selection()> select, const E& value) {
    internal::fill_selection(node(), internal::Receiver::kNamed, select, &value);
  }

  template <class Source>
  void write_from(internal::Receiver receiver, Source&& source) {
    using U = typename std::remove_cvref_t<Source>::value_type;
    constexpr bool kDies = internal::kIsTemporary<Source>;
    internal::assign_elements<E, U>(node(), receiver, source.node(), kDies);
    internal::release_if_temporary(std::forward<Source>(source));
  }
  template <class Other, class Fn>
  Array& updated(Other&& other, Fn fn) {
    update(internal::Receiver::kNamed, std::forward<Other>(other), fn);
    return *this;
  }
  template <class Other, class Fn>
  void update(internal::Receiver receiver, Other&& other, Fn fn) {
    if constexpr (internal::AnyArray<Other>) {
      using U = typename std::remove_cvref_t<Other>::value_type;
      static_assert(internal::kKind<U> <= internal::kKind<E>,
                    "in place, the result must be of the array's kind: use astype");
      internal::update_elements_from<E, U>(node(), receiver, other.node(),
                                           internal::kIsTemporary<Other>, fn);
      internal::release_if_temporary(std::forward<Other>(other));
    } else {
      internal::update_elements<E>(node(), receiver, internal::scalar_of<E>(other), fn);
    }
  }

  internal::Handle handle_;
};

/// An independent copy, as `a.copy()`.
template <Element E>
Array<E> copy(const Array<E>& a) {
  return a.copy();
}

/// NumPy's `str(a)`, digit for digit.
template <Element E>
std::string to_string(const Array<E>& a) {
  const internal::Node& node = a.handle().node();
  const std::byte* data = internal::begin_read(node, internal::AccessKind::kPrint);
  return format_str({dtype_of<E>, data, node.layout.shape(), node.layout.strides()});
}

template <Element E>
std::ostream& operator<<(std::ostream& out, const Array<E>& a) {
  return out << to_string(a);
}

}  // namespace cow

#endif  // COW_CORE_ARRAY_H_
