#ifndef COW_CORE_ASSIGN_H_
#define COW_CORE_ASSIGN_H_

#include <memory>

#include "cow/core/elementwise.h"
#include "cow/core/node.h"
#include "cow/core/promote.h"
#include "cow/core/write_gate.h"

/// Writes to all elements of an array: assignment, fill, in-place operators.
namespace cow::internal {

/// What an assignment reads: the source's elements in the shape of the destination, in a copy of
/// their own where writing the destination would change them too early.
class AssignmentSource {
 public:
  /// Errors: `std::invalid_argument` if the source does not broadcast to `shape`.
  static void require_fit(const Layout& source, Shape shape);

  /// `scope` has passed the gate. Errors: `std::bad_alloc`.
  AssignmentSource(const Node& source, const WriteScope& scope);

  Operand operand() const { return {address_, layout_.strides()}; }

 private:
  std::byte* address_;
  Layout layout_;
  std::unique_ptr<std::byte[]> copy_;
};

template <class T>
void fill_elements(Node& destination, Receiver receiver, const T& value) {
  WriteScope scope(destination, receiver);
  scope.begin(AccessKind::kBulk);
  for_each_element<T>(scope.layout().shape(), {{{scope.address(), scope.layout().strides()}}},
                      [value](T& element) { element = value; });
}

/// `destination[...] = source`, broadcast, with the result of reading all of `source` first.
template <class T, class U>
void assign_elements(Node& destination, Receiver receiver, const Node& source, bool source_dies) {
  AssignmentSource::require_fit(source.layout, destination.layout.shape());
  begin_read(source, AccessKind::kBulk);
  WriteScope scope(destination, receiver, source_dies ? &source : nullptr);
  const AssignmentSource from(source, scope);
  scope.begin(AccessKind::kBulk);
  for_each_element<T, U>(scope.layout().shape(),
                         {{{scope.address(), scope.layout().strides()}, from.operand()}},
                         [](T& to, const U& value) { to = cast_element<T>(value); });
}

/// `destination = fn(destination, value)` for each element.
template <class T, class S, class Fn>
void update_elements(Node& destination, Receiver receiver, const S& value, Fn fn) {
  begin_read(destination, AccessKind::kBulk);
  WriteScope scope(destination, receiver);
  scope.begin(AccessKind::kBulk);
  for_each_element<T>(scope.layout().shape(), {{{scope.address(), scope.layout().strides()}}},
                      [&](T& element) { element = cast_element<T>(fn(element, value)); });
}

/// `destination = fn(destination, source)` for each element, `source` broadcast and read first.
template <class T, class U, class Fn>
void update_elements_from(Node& destination, Receiver receiver, const Node& source,
                          bool source_dies, Fn fn) {
  AssignmentSource::require_fit(source.layout, destination.layout.shape());
  begin_read(destination, AccessKind::kBulk);
  begin_read(source, AccessKind::kBulk);
  WriteScope scope(destination, receiver, source_dies ? &source : nullptr);
  const AssignmentSource from(source, scope);
  scope.begin(AccessKind::kBulk);
  for_each_element<T, U>(
      scope.layout().shape(), {{{scope.address(), scope.layout().strides()}, from.operand()}},
      [&](T& element, const U& value) { element = cast_element<T>(fn(element, value)); });
}

}  // namespace cow::internal

#endif  // COW_CORE_ASSIGN_H_
