#ifndef COW_CORE_SELECTION_H_
#define COW_CORE_SELECTION_H_

#include <initializer_list>
#include <utility>

#include "cow/core/advanced_index.h"
#include "cow/core/array.h"
#include "cow/core/select.h"
#include "cow/core/selected_elements.h"

namespace cow {

/// What `a[mask]`, `a[index_list({0, 2})]` and their like give: an independent array of copies,
/// made at once, which as the left side of an assignment stands for the elements of `a` instead.
///
///     auto c = a[mask];    // a copy; `Array<E> c` says so, and forgets where it came from
///     a[mask] = 0;         // writes a
///     a[mask] += b;        // writes a; an element that is named twice is changed once
///     a[mask][0] = 0;      // does not compile: it would write to a copy that nobody sees
///
/// Keeps 8 bytes an element to remember where they are in `a`, of a mask one bit an element of the
/// mask; no memory of `a`'s elements.
template <Element E>
class Selection : public Array<E> {
 public:
  /// A copy of the `elements` of `source`.
  Selection(Array<E>& source, internal::Receiver receiver, internal::SelectedElements elements)
      : Array<E>(internal::copy_selected(source.handle().node(), elements, true)),
        source_(&source.handle().node()),
        receiver_(receiver),
        elements_(std::move(elements)),
        source_shape_(source.shape().begin(), source.shape().end()) {
    internal::watch_node(*source_);
  }
  /// Copies and moves are arrays only: no longer the elements of another.
  Selection(const Selection& other) : Array<E>(other) {}
  Selection(Selection&& other) noexcept : Array<E>(static_cast<Array<E>&&>(other)) {}
  ~Selection() { forget_source(); }

  /// On a name: rebinds it.
  Selection& operator=(const Selection& other) & { return rebind(other); }
  Selection& operator=(Selection&& other) & { return rebind(static_cast<Array<E>&&>(other)); }
  Selection& operator=(const Array<E>& other) & { return rebind(other); }
  Selection& operator=(Array<E>&& other) & { return rebind(std::move(other)); }

  /// `a[mask] = values`: a number, or an array that is broadcast and read before anything is
  /// written. Errors: `std::invalid_argument` for values that do not fit, `ReadOnlyError`,
  /// `std::bad_alloc`; nothing has changed then.
  void operator=(const Selection& values) && { write(static_cast<const Array<E>&>(values)); }
  void operator=(Selection&& values) && { write(static_cast<const Array<E>&>(values)); }
  template <class Values>
  requires internal::AnyArray<Values> || internal::AnyScalar<Values>
  void operator=(const Values& values) && { write(values); }
  /// The same as functions; on a name they write the copy.
  void fill(const E& value) && { write(value); }
  Selection& fill(const E& value) & { return as_array().fill(value), *this; }
  template <class Source>
  requires internal::AnyArray<Source>
  void assign(const Source& source) && { write(source); }
  template <class Source>
  requires internal::AnyArray<Source> Selection& assign(Source&& source) & {
    return as_array().assign(std::forward<Source>(source)), *this;
  }

  /// `a[mask] += values`, and so on.
  template <internal::AddsInPlace<E> Other>
  void operator+=(Other&& other) && {
    write_back(as_array() += std::forward<Other>(other));
  }
  template <internal::SubtractsInPlace<E> Other>
  void operator-=(Other&& other) && {
    write_back(as_array() -= std::forward<Other>(other));
  }
  template <internal::AddsInPlace<E> Other>
  void operator*=(Other&& other) && {
    write_back(as_array() *= std::forward<Other>(other));
  }
  template <internal::DividesInPlace<E> Other>
  void operator/=(Other&& other) && {
    write_back(as_array() /= std::forward<Other>(other));
  }
  template <internal::AddsInPlace<E> Other>
  Selection& operator+=(Other&& other) & {
    return as_array() += std::forward<Other>(other), *this;
  }
  template <internal::SubtractsInPlace<E> Other>
  Selection& operator-=(Other&& other) & {
    return as_array() -= std::forward<Other>(other), *this;
  }
  template <internal::AddsInPlace<E> Other>
  Selection& operator*=(Other&& other) & {
    return as_array() *= std::forward<Other>(other), *this;
  }
  template <internal::DividesInPlace<E> Other>
  Selection& operator/=(Other&& other) & {
    return as_array() /= std::forward<Other>(other), *this;
  }

  // Elements and views of the copy: not to be written while it has no name.
  template <internal::Integer... I>
  auto operator()(I... position) & {
    return as_array()(position...);
  }
  template <internal::Integer... I>
  internal::ReadOnly<E> operator()(I... position) const {
    return as_array()(position...);
  }
  template <class I>
  decltype(auto) operator[](const I& index) & {
    return as_array()[index];
  }
  template <class I>
  const Array<E> operator[](const I& index) const& {
    return as_array()[index];
  }
  template <class I>
  const Array<E> operator[](const I& index) && {
    return std::as_const(*this)[index];
  }
  Array<E> operator[](std::initializer_list<IndexItem> items) & { return as_array()[items]; }
  const Array<E> operator[](std::initializer_list<IndexItem> items) const& {
    return as_array()[items];
  }
  const Array<E> operator[](std::initializer_list<IndexItem> items) && {
    return std::as_const(*this)[items];
  }
  template <int N>
  auto mutable_span() & {
    return as_array().template mutable_span<N>();
  }

 private:
  Array<E>& as_array() { return *this; }
  const Array<E>& as_array() const { return *this; }

  template <class Other>
  Selection& rebind(Other&& other) {
    as_array() = std::forward<Other>(other);
    forget_source();
    return *this;
  }

  template <class Values>
  void write(const Values& values) {
    if (source_ != nullptr) internal::take_back_read(*source_);
    write_back(values);
  }
  template <class Values>
  void write_back(const Values& values) {
    if (!has_source()) {
      return internal::write_selected<E>(this->handle().node(), internal::Receiver::kNamed, whole(),
                                         values);
    }
    internal::write_selected<E>(*source_, receiver_, elements_, values);
  }

  /// The array that was indexed has a handle still, and its shape: a temporary may have turned into
  /// a view of itself since.
  bool has_source() const {
    return source_ != nullptr && source_->alive.load(std::memory_order_acquire) &&
           source_->layout.shape() == absl::MakeConstSpan(source_shape_);
  }

  /// All elements of the copy itself.
  internal::SelectedElements whole() const { return internal::select_elements(this->shape(), {}); }

  void forget_source() noexcept {
    if (source_ != nullptr) internal::unwatch_node(*std::exchange(source_, nullptr));
  }

  internal::Node* source_ = nullptr;
  internal::Receiver receiver_ = internal::Receiver::kNamed;
  internal::SelectedElements elements_;
  Dims source_shape_;
};

}  // namespace cow

#endif  // COW_CORE_SELECTION_H_
