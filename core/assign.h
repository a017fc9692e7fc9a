#ifndef COW_CORE_ASSIGN_H_
#define COW_CORE_ASSIGN_H_

#include <array>
#include <memory>

#include "cow/core/elementwise.h"
#include "cow/core/node.h"
#include "cow/core/promote.h"
#include "cow/core/write_gate.h"

/// Writes to all elements of an array: assignment, fill, in-place operators.
namespace cow::internal {

/// What an assignment walks over: the destination's elements and the source's, broadcast to its
/// shape, in an order that reads each before it is written. Where no order does, the source is a
/// copy.
class AssignmentOperands {
 public:
  /// Errors: `std::invalid_argument` if the source does not broadcast to `shape`.
  static void require_fit(const Layout& source, Shape shape);
  /// The same for an operator in place, which does not ignore leading axes of extent 1.
  static void require_fit_in_place(const Layout& source, Shape shape);

  /// `layout` without leading axes of extent 1 beyond `ndim`, which assignment ignores.
  static Layout drop_leading_ones(const Layout& layout, int ndim);

  /// `scope` has passed the gate, and outlives this. Errors: `std::bad_alloc`.
  AssignmentOperands(const Node& source, const WriteScope& scope)
      : AssignmentOperands(source, scope, Purpose::kUpdate) {}
  AssignmentOperands(const AssignmentOperands&) = delete;
  AssignmentOperands& operator=(const AssignmentOperands&) = delete;

  /// The same for `copy()`, which needs fewer temporaries.
  static AssignmentOperands for_copy(const Node& source, const WriteScope& scope) {
    return AssignmentOperands(source, scope, Purpose::kCopy);
  }

  /// Assigns elements of one type. Where the source is the destination in another order, elements
  /// change places.
  void copy() const;

  /// No element depends on another, of either side: any order of the walk will do.
  bool is_any_order() const { return way_ == Way::kAnyOrder; }
  Operand destination() const { return {to_, to_strides_}; }
  Operand source() const { return {from_, from_strides_}; }
  /// Of the copy; 0 if there is none.
  Index temporary_bytes() const { return temporary_bytes_; }

 private:
  enum class Purpose { kUpdate, kCopy };
  enum class Way { kNothing, kAnyOrder, kInOrder, kRearrange, kCopiedFirst };

  AssignmentOperands(const Node& source, const WriteScope& scope, Purpose purpose);
  static Way any_order_unless_stretched(const WriteScope& scope);
  /// `kCopiedFirst` if nothing but a copy of the source will do.
  Way way_without_copy(const Node& source, const WriteScope& scope, Purpose purpose);
  void copy_source(const Node& source);

  /// Broadcasts to the shape.
  void spread(Shape source_shape, absl::Span<const Index> source_strides);
  /// Turns axes round so that a walk in order reads each element before it is written; false, and
  /// nothing changes, if none does or it is hard to say.
  bool arrange_safely();

  Way way_;
  const Index itemsize_;  // of the source
  const Shape shape_;
  std::byte* to_;
  absl::Span<const Index> to_strides_;
  std::byte* from_;
  absl::Span<const Index> from_strides_;
  // Where the strides are not those of the arrays.
  std::array<Index, kMaxDims> own_to_strides_;
  std::array<Index, kMaxDims> own_from_strides_;
  std::unique_ptr<std::byte[]> copy_;
  Index temporary_bytes_ = 0;
};

/// `value` has the destination's element type.
void fill_untyped(Node& destination, Receiver receiver, const void* value);
/// `destination[...] = source`, of one element type.
void assign_untyped(Node& destination, Receiver receiver, const Node& source, bool source_dies);

template <class T>
void fill_elements(Node& destination, Receiver receiver, const T& value) {
  const T kept = value;  // which may be an element of memory that the gate gives up
  fill_untyped(destination, receiver, &kept);
}

/// `destination[...] = source`, broadcast, with the result of reading all of `source` first.
template <class T, class U>
void assign_elements(Node& destination, Receiver receiver, const Node& source, bool source_dies) {
  if constexpr (std::is_same_v<T, U>) {
    return assign_untyped(destination, receiver, source, source_dies);
  }
  AssignmentOperands::require_fit(source.layout, destination.layout.shape());
  begin_read(source, AccessKind::kBulk);
  WriteScope scope(destination, receiver, source_dies ? &source : nullptr,
                   kind_of_assignment(destination, source));
  const AssignmentOperands operands(source, scope);
  scope.begin(AccessKind::kBulk, operands.temporary_bytes());
  for_each_element<T, U>(scope.layout().shape(), {{operands.destination(), operands.source()}},
                         [](T& to, const U& value) { to = cast_element<T>(value); });
}

/// `destination = fn(destination, value)` for each element.
template <class T, class S, class Fn>
void update_elements(Node& destination, Receiver receiver, const S& value, Fn fn) {
  begin_read(destination, AccessKind::kUpdate);
  WriteScope scope(destination, receiver, nullptr, WriteKind::kUpdate);
  scope.begin(AccessKind::kBulk);
  // By value: through a reference it might be one of the elements, for all that compilers know.
  for_each_element<T>(
      scope.layout().shape(), {{{scope.address(), scope.layout().strides()}}},
      [fn, value](T& element) { element = cast_element<T>(fn(element, value)); },
      destination.has(kStretched) ? Order::kGiven : Order::kAny);
}

/// `destination = fn(destination, source)` for each element, `source` broadcast and read first.
template <class T, class U, class Fn>
void update_elements_from(Node& destination, Receiver receiver, const Node& source,
                          bool source_dies, Fn fn) {
  AssignmentOperands::require_fit_in_place(source.layout, destination.layout.shape());
  begin_read(destination, AccessKind::kUpdate);
  begin_read(source, AccessKind::kBulk);
  WriteScope scope(destination, receiver, source_dies ? &source : nullptr, WriteKind::kUpdate);
  const AssignmentOperands operands(source, scope);
  scope.begin(AccessKind::kBulk, operands.temporary_bytes());
  for_each_element<T, U>(
      scope.layout().shape(), {{operands.destination(), operands.source()}},
      [fn](T& element, const U& value) { element = cast_element<T>(fn(element, value)); },
      operands.is_any_order() ? Order::kAny : Order::kGiven);
}

}  // namespace cow::internal

#endif  // COW_CORE_ASSIGN_H_
