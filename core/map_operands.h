#ifndef COW_CORE_MAP_OPERANDS_H_
#define COW_CORE_MAP_OPERANDS_H_

#include <array>
#include <initializer_list>
#include <memory>

#include "cow/core/iterate.h"
#include "cow/core/node.h"
#include "cow/core/write_gate.h"

namespace cow::internal {

/// The arrays that `map` reads, broadcast to one shape.
class MapSources {
 public:
  /// They outlive this, and keep their layouts until `shape` is known. Errors:
  /// `std::invalid_argument` if they do not broadcast together.
  explicit MapSources(std::initializer_list<const Node*> nodes);

  /// From now on the shape is that of `out`. Errors: `std::invalid_argument` if they do not
  /// broadcast to it.
  void require_fit(const Node& out);
  /// Tells the observer.
  void begin_reads();
  /// Remembers where the arrays are now, spread to the shape.
  void look();

  Shape shape() const { return shape_; }
  /// Operand 0: elements of `result`, a new array.
  template <std::size_t N>
  std::array<Operand, N> operands(const Node& result) const {
    std::array<Operand, N> all;
    all[0] = {result.data, result.layout.strides()};
    for (std::size_t k = 1; k < N; ++k) all[k] = operand(static_cast<int>(k) - 1);
    return all;
  }
  Operand operand(int k) const {
    return {addresses_[k], absl::MakeConstSpan(strides_[k]).subspan(0, shape_.size())};
  }

 private:
  friend class MapDestination;

  void place(int k, std::byte* address, Shape shape, absl::Span<const Index> strides);

  int count_ = 0;
  std::array<const Node*, Walk::kMaxOperands> nodes_;
  std::array<std::byte*, Walk::kMaxOperands> addresses_;
  std::array<std::array<Index, kMaxDims>, Walk::kMaxOperands> strides_;
  Dims shape_;
};

/// What `map_into` writes, and copies of those sources that overlap it elsewhere.
class MapDestination {
 public:
  /// `scope` has passed the gate. Errors: `std::bad_alloc`.
  MapDestination(const WriteScope& scope, MapSources* sources);

  template <std::size_t N>
  std::array<Operand, N> operands() const {
    std::array<Operand, N> all;
    all[0] = {to_, to_strides_};
    for (std::size_t k = 1; k < N; ++k) all[k] = sources_.operand(static_cast<int>(k) - 1);
    return all;
  }
  /// Of the copies.
  Index temporary_bytes() const { return temporary_bytes_; }
  /// After the results: takes them to their places if they are not there yet.
  void finish() const;

 private:
  /// The elements of the destination, each in its place.
  bool is_same(const Operand& source, Shape shape) const;
  std::byte* allocate(Index bytes);

  const WriteScope& scope_;
  MapSources& sources_;
  std::byte* to_;
  absl::Span<const Index> to_strides_;
  Layout compact_;  // where several index tuples of the destination are one element
  Index temporary_bytes_ = 0;
  std::array<std::unique_ptr<std::byte[]>, Walk::kMaxOperands> copies_;
  int copy_count_ = 0;
};

}  // namespace cow::internal

#endif  // COW_CORE_MAP_OPERANDS_H_
