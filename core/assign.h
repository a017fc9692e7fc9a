#ifndef COW_CORE_ASSIGN_H_
#define COW_CORE_ASSIGN_H_

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

  /// `scope` has passed the gate. Errors: `std::bad_alloc`.
  AssignmentOperands(const Node& source, const WriteScope& scope);

  Operand destination() const { return {to_, to_layout_.strides()}; }
  Operand source() const { return {from_, from_layout_.strides()}; }
  /// Of the copy; 0 if there is none.
  Index temporary_bytes() const { return temporary_bytes_; }

 private:
  void copy_source(const Layout& trimmed, Index itemsize);

  std::byte* to_;
  Layout to_layout_;
  std::byte* from_;
  Layout from_layout_;
  std::unique_ptr<std::byte[]> copy_;
  Index temporary_bytes_ = 0;
};

template <class T>
void fill_elements(Node& destination, Receiver receiver, const T& value) {
  WriteScope scope(destination, receiver, nullptr, WriteKind::kOverwrite);
  scope.begin(AccessKind::kBulk);
  for_each_element<T>(scope.layout().shape(), {{{scope.address(), scope.layout().strides()}}},
                      [value](T& element) { element = value; });
}

/// `destination[...] = source`, broadcast, with the result of reading all of `source` first.
template <class T, class U>
void assign_elements(Node& destination, Receiver receiver, const Node& source, bool source_dies) {
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
  for_each_element<T>(scope.layout().shape(), {{{scope.address(), scope.layout().strides()}}},
                      [&](T& element) { element = cast_element<T>(fn(element, value)); });
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
      [&](T& element, const U& value) { element = cast_element<T>(fn(element, value)); });
}

}  // namespace cow::internal

#endif  // COW_CORE_ASSIGN_H_
