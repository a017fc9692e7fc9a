#ifndef COW_CORE_ARRAY_H_
#define COW_CORE_ARRAY_H_

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "cow/core/advanced_index.h"
#include "cow/core/array_reductions.h"
#include "cow/core/array_traits.h"
#include "cow/core/assign.h"
#include "cow/core/copy.h"
#include "cow/core/element_ref.h"
#include "cow/core/errors.h"
#include "cow/core/format.h"
#include "cow/core/functors.h"
#include "cow/core/positions.h"
#include "cow/core/select.h"
#include "cow/core/selected_elements.h"
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
class Array : public internal::ArrayReductions<E> {
 public:
  using value_type = E;

  /// No array: `size()` 0; anything but asking that, assigning and destroying throws.
  Array() noexcept = default;
  /// Shares the elements. A copy of a `.ref()` is one more of its value.
  Array(const Array&) = default;
  /// Leaves `Array()` behind; no node is made.
  Array(Array&&) noexcept = default;
  explicit Array(internal::Handle handle) noexcept
      : internal::ArrayReductions<E>(std::move(handle)) {}

  /// On a name: rebinds it to the elements of `other`. To write elements, use `assign` or `fill`.
  Array& operator=(const Array& other) & = default;
  Array& operator=(Array&& other) & noexcept = default;
  void operator=(const E& value) & = delete;  // a.fill(value)

  /// On a temporary: writes its elements, in the array that it was made from; `source` is broadcast
  /// and read before anything is written.
  void operator=(const Array& source) && { write_from(kTemporary, source); }
  void operator=(Array&& source) && { write_from(kTemporary, std::move(source)); }
  template <Element U>
  void operator=(const Array<U>& source) && {
    write_from(kTemporary, source);
  }
  void operator=(const E& value) && { internal::fill_elements(node(), kTemporary, value); }

  // ---- what it is ---------------------------------------------------------------------------

  int ndim() const { return node().layout.ndim(); }
  Shape shape() const { return node().layout.shape(); }
  /// Bytes from one element to the next along each axis.
  absl::Span<const Index> strides() const { return node().layout.strides(); }
  /// Number of elements; 0 for `Array()`. O(ndim).
  Index size() const { return this->handle().get() == nullptr ? 0 : node().layout.size(); }
  static constexpr Index itemsize() { return sizeof(E); }
  static constexpr DType dtype() { return dtype_of<E>; }
  /// Bytes of the elements: `size() * itemsize()`, shared or not.
  Index nbytes() const { return size() * itemsize(); }
  /// Those of them that are in memory which another value has, too, until one of them is written:
  /// lazy copies and, in copy-on-write mode, views. Views in view mode and refs share for good, and
  /// count as the same value. O(1), or O(size) for large arrays that were copied.
  Index nbytes_shared() const { return internal::shared_bytes(node()); }
  /// The rest: `nbytes() - nbytes_shared()`.
  Index nbytes_owned() const { return nbytes() - nbytes_shared(); }
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
  std::string label() const { return std::string(internal::label_of(node())); }

  // ---- elements -----------------------------------------------------------------------------

  /// One element, one position an axis; negative ones count from the end.
  template <internal::Integer... I>
  ElementRef<E> operator()(I... position) & {
    return element(kNamed, {internal::to_index(position)...});
  }
  template <internal::Integer... I>
  ElementRef<E> operator()(I... position) && {
    return element(kTemporary, {internal::to_index(position)...});
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
    return open_span<N>(kNamed);
  }
  template <int N>
  Span<E, N> mutable_span() && {
    return open_span<N>(kTemporary);
  }

  // ---- views: share memory ------------------------------------------------------------------

  /// `a[1]`, `a[slice(0, 4, 2)]`, `a[all]`: one entry of a basic index.
  template <class I>
  requires std::convertible_to<const I&, IndexItem> Array operator[](const I& item) & {
    return index(kNamed, {item});
  }
  template <class I>
  requires std::convertible_to<const I&, IndexItem>
  const Array operator[](const I& item) const& { return index(kConst, {item}); }
  template <class I>
  requires std::convertible_to<const I&, IndexItem> Array operator[](const I& item) && {
    return index(kTemporary, {item});
  }
  /// `a[{slice(1, 3), newaxis, ellipsis, 0}]`.
  Array operator[](std::initializer_list<IndexItem> items) & { return index(kNamed, items); }
  const Array operator[](std::initializer_list<IndexItem> items) const& {
    return index(kConst, items);
  }
  Array operator[](std::initializer_list<IndexItem> items) && { return index(kTemporary, items); }
  Array operator[](IndexItems items) & { return index(kNamed, items); }
  const Array operator[](IndexItems items) const& { return index(kConst, items); }
  Array operator[](IndexItems items) && { return index(kTemporary, items); }

  /// A declared alias: an array of the same value. Writes through it are meant to change this one,
  /// in both modes, and are no surprise. A temporary joins the array that it was made from.
  Array ref() & {
    internal::make_elements_distinct(node());
    return Array(internal::make_ref(mutable_handle(), kNamed));
  }
  const Array ref() const& { return Array(internal::make_ref(mutable_handle(), kConst)); }
  Array ref() && { return Array(internal::make_ref(mutable_handle(), kTemporary)); }

  // ---- copies: memory of their own ----------------------------------------------------------

  /// An independent writeable array, in C order. O(size); nothing is copied yet, but pages when
  /// they are written, where this array is contiguous and most of its memory, and either that is
  /// large (`core/large_arrays.h`) or both are in copy-on-write mode. docs/copy-on-write.md.
  Array copy() const& { return Array(internal::copy_array(node())); }
  Array copy() && { return released().copy(); }
  /// Takes all memory that later writes to this array will need, so that none can lack it: what a
  /// lazy copy put off. O(size). Errors: `ReadOnlyError`; `std::bad_alloc`, no element has changed.
  Array& reserve_pages() & {
    internal::reserve_pages(node());
    return *this;
  }
  /// A copy in one axis. O(size).
  Array flatten() const& { return Array(internal::copy_array(node(), {size()})); }
  Array flatten() && { return released().flatten(); }
  /// Elements converted to `U`: integers wrap, bool is "not zero". O(size).
  template <Element U>
  Array<U> astype() && {
    return released().template astype<U>();
  }
  template <Element U>
  Array<U> astype() const& {
    Array<U> result(internal::make_array(dtype_of<U>, shape()));
    result.write_from(kNamed, *this);
    return result;
  }
  /// The elements that lists or arrays of positions and masks name, copied. O(size of the result).
  /// `a[index_list({0, 2})]`, `a[positions]`, `a[mask]`, and mixed with the entries of a basic
  /// index: `a[{slice(1, 3), index_list({0, 2})}]`. Positions count along the first axis, or along
  /// their own place in a mixed index; a mask covers the first axes, or its place's. As the left
  /// side of an assignment the elements are written: `a[mask] = x`, `a[list] += x`.
  template <internal::AdvancedIndex I>
  Selection<E> operator[](const I& index) & {
    return {*this, kNamed, selected(index)};
  }
  template <internal::AdvancedIndex I>
  Selection<E> operator[](const I& index) && {
    return {*this, kTemporary, selected(index)};
  }
  template <internal::AdvancedIndex I>
  const Array operator[](const I& index) const& {
    return copied(selected(index));
  }
  Selection<E> operator[](const AdvancedItems& items) & { return {*this, kNamed, selected(items)}; }
  Selection<E> operator[](const AdvancedItems& items) && {
    return {*this, kTemporary, selected(items)};
  }
  const Array operator[](const AdvancedItems& items) const& { return copied(selected(items)); }

  /// Entries `positions`, a list or an array, along `axis`, or of all elements in C order; copied.
  /// An array without axes is taken for one of one element. A mask goes to `compress`.
  template <internal::PositionIndex I>
  Array take(const I& positions, Index axis) const {
    return Array(internal::take_along(node(), shape(), internal::Positions(positions), axis));
  }
  template <internal::PositionIndex I>
  Array take(const I& positions) const {
    return Array(internal::take_along(node(), {size()}, internal::Positions(positions), 0));
  }
  /// Entries along `axis` where `mask`, one axis that may be shorter, is true; copied.
  Array compress(const Array<bool>& mask, Index axis) const {
    return take(internal::true_positions(mask.node()), axis);
  }
  /// The same of all elements in C order.
  Array compress(const Array<bool>& mask) const {
    if (ndim() == 1 && mask.shape() == shape()) return copied(selected(mask));
    return take(internal::true_positions(mask.node()));
  }

  // ---- writes -------------------------------------------------------------------------------

  /// Every element becomes `value`.
  Array& fill(const E& value) & {
    internal::fill_elements(node(), kNamed, value);
    return *this;
  }
  void fill(const E& value) && { internal::fill_elements(node(), kTemporary, value); }
  /// The elements of `source`, broadcast; read before anything is written.
  template <class Source>
  requires internal::AnyArray<Source> Array& assign(Source&& source) & {
    write_from(kNamed, std::forward<Source>(source));
    return *this;
  }
  template <class Source>
  requires internal::AnyArray<Source>
  void assign(Source&& source) && { write_from(kTemporary, std::forward<Source>(source)); }
  /// `values`, a number or an array that is broadcast, into the elements where `mask` is true:
  /// `a[mask] = values`, without reading them.
  template <class Values>
  void put(const Array<bool>& mask, const Values& values) & {
    write_selected(kNamed, selected(mask), values);
  }
  template <class Values>
  void put(const Array<bool>& mask, const Values& values) && {
    write_selected(kTemporary, selected(mask), values);
  }
  /// Into the elements whose numbers in C order are listed, as NumPy's `put`; an array of fewer
  /// values begins again. Nothing is written of an empty array.
  template <internal::PositionIndex I, class Values>
  void put(const I& positions, const Values& values) & {
    write_numbered(kNamed, positions, values);
  }
  template <internal::PositionIndex I, class Values>
  void put(const I& positions, const Values& values) && {
    write_numbered(kTemporary, positions, values);
  }

  /// In place, element by element; `other` is a number, or an array that is broadcast. Integers
  /// wrap. As in NumPy, the result must be of the array's kind, of any size: neither
  /// `Array<int> += Array<double>` nor `Array<uint8_t> += Array<int8_t>` compiles; a number must
  /// not be of a higher kind than the array. Bool has no difference, and integers are not divided.
  template <internal::AddsInPlace<E> Other>
  Array& operator+=(Other&& other) & {
    return updated(std::forward<Other>(other), internal::Plus());
  }
  template <internal::SubtractsInPlace<E> Other>
  Array& operator-=(Other&& other) & {
    return updated(std::forward<Other>(other), internal::Minus());
  }
  template <internal::AddsInPlace<E> Other>
  Array& operator*=(Other&& other) & {
    return updated(std::forward<Other>(other), internal::Times());
  }
  template <internal::DividesInPlace<E> Other>
  Array& operator/=(Other&& other) & {
    return updated(std::forward<Other>(other), internal::Divide());
  }
  template <internal::AddsInPlace<E> Other>
  void operator+=(Other&& other) && {
    update(kTemporary, std::forward<Other>(other), internal::Plus());
  }
  template <internal::SubtractsInPlace<E> Other>
  void operator-=(Other&& other) && {
    update(kTemporary, std::forward<Other>(other), internal::Minus());
  }
  template <internal::AddsInPlace<E> Other>
  void operator*=(Other&& other) && {
    update(kTemporary, std::forward<Other>(other), internal::Times());
  }
  template <internal::DividesInPlace<E> Other>
  void operator/=(Other&& other) && {
    update(kTemporary, std::forward<Other>(other), internal::Divide());
  }

 private:
  template <Element U>
  friend class Array;

  using internal::ArrayHandle::dying;
  using internal::ArrayHandle::mutable_handle;
  using internal::ArrayHandle::node;
  static constexpr internal::Receiver kNamed = internal::Receiver::kNamed;
  static constexpr internal::Receiver kConst = internal::Receiver::kConst;
  static constexpr internal::Receiver kTemporary = internal::Receiver::kTemporary;

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

  Array index(internal::Receiver receiver, IndexItems items) const {
    return Array(internal::index_view(mutable_handle(), receiver, items));
  }

  internal::SelectedElements selected(const Array<bool>& mask) const {
    return internal::select_true(shape(), mask.node());
  }
  template <internal::PositionIndex I>
  internal::SelectedElements selected(const I& index) const {
    if (ndim() == 0) internal::throw_wrong_rank(node().layout, 1);
    auto elements = internal::select_along(shape(), internal::Positions(index), 0);
    elements.own();
    return elements;
  }
  internal::SelectedElements selected(const AdvancedItems& items) const {
    return internal::select_elements(shape(), items.items());
  }
  Array copied(const internal::SelectedElements& elements) const {
    return Array(internal::copy_selected(node(), elements));
  }
  template <class Values>
  void write_selected(internal::Receiver receiver, const internal::SelectedElements& elements,
                      const Values& values) {
    internal::write_selected<E>(node(), receiver, elements, values);
  }

  template <class I, class Values>
  void write_numbered(internal::Receiver receiver, const I& positions, const Values& values) {
    auto elements = internal::select_along({size()}, internal::Positions(positions), 0);
    elements.own();
    const Index count = elements.count();
    elements.shape = {count};
    if constexpr (internal::AnyArray<Values>) {
      const Index length = values.size();
      if (length == 0) {
        internal::SelectedElements none_of_them;
        none_of_them.shape = {0};
        return write_selected(receiver, none_of_them, values.ravel());
      }
      const auto rounds =
          values.ravel()[newaxis].broadcast_to({(count + length - 1) / length, length});
      const auto repeated = rounds.flatten();
      write_selected(receiver, elements, repeated[slice(0, count)]);
    } else {
      write_selected(receiver, elements, values);
    }
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
    update(kNamed, std::forward<Other>(other), fn);
    return *this;
  }
  template <class Other, class Fn>
  void update(internal::Receiver receiver, Other&& other, Fn fn) {
    if constexpr (internal::AnyArray<Other>) {
      using U = typename std::remove_cvref_t<Other>::value_type;
      internal::update_elements_from<E, U>(node(), receiver, other.node(),
                                           internal::kIsTemporary<Other>, fn);
      internal::release_if_temporary(std::forward<Other>(other));
    } else {
      internal::update_elements<E>(node(), receiver, internal::scalar_of<E>(other), fn);
    }
  }
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

/// NumPy's `repr(a)`, digit for digit: `array([1, 2], dtype=int32)`.
template <Element E>
std::string repr(const Array<E>& a) {
  const internal::Node& node = a.handle().node();
  const std::byte* data = internal::begin_read(node, internal::AccessKind::kPrint);
  return format_repr({dtype_of<E>, data, node.layout.shape(), node.layout.strides()});
}

template <Element E>
std::ostream& operator<<(std::ostream& out, const Array<E>& a) {
  return out << to_string(a);
}

}  // namespace cow

#include "cow/core/selection.h"  // completes Selection, which operator[] returns

#endif  // COW_CORE_ARRAY_H_
