#ifndef COW_CORE_SELECT_H_
#define COW_CORE_SELECT_H_

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "cow/core/array_traits.h"
#include "cow/core/compress.h"
#include "cow/core/dims.h"
#include "cow/core/index.h"
#include "cow/core/node.h"
#include "cow/core/promote.h"
#include "cow/core/write_gate.h"

namespace cow {

/// A list of positions along an axis; negative ones count from the end. Indexing with it copies.
class IndexList {
 public:
  absl::Span<const Index> positions() const { return positions_; }

 private:
  // Not from braces, which are a basic index: `a[{0, 2}]` is one element.
  explicit IndexList(std::vector<Index> positions) : positions_(std::move(positions)) {}
  friend IndexList index_list(absl::Span<const Index> positions);

  std::vector<Index> positions_;
};

/// `a[index_list({0, 2})]` is what NumPy writes `a[[0, 2]]`. Copies the positions.
inline IndexList index_list(absl::Span<const Index> positions) {
  return IndexList({positions.begin(), positions.end()});
}

namespace internal {

/// A list of positions, an array of them, or a mask: an index that makes a copy.
template <class I>
concept AdvancedIndex = std::same_as<std::remove_cvref_t<I>, IndexList> ||
    (AnyArray<I>&& std::integral<typename std::remove_cvref_t<I>::value_type>);

/// The same without masks.
template <class I>
concept PositionIndex = std::same_as<std::remove_cvref_t<I>, IndexList> ||
    (AdvancedIndex<I> && !std::same_as<typename std::remove_cvref_t<I>::value_type, bool>);

}  // namespace internal

/// One entry of an index that makes a copy: an entry of a basic index, a list or an array of
/// positions, or a mask, which stands for as many axes as it has. Positions and masks are copied.
class AdvancedItem {
 public:
  template <class I>
  requires std::convertible_to<const I&, IndexItem> AdvancedItem(const I& item) : basic_(item) {}
  AdvancedItem(const IndexList& list);
  /// Positions, or a mask if the elements are bool. O(size); errors: `std::bad_alloc`.
  template <class A>
  requires internal::AnyArray<A> AdvancedItem(const A& array)
      : AdvancedItem(array.handle().node()) {}

  const std::optional<IndexItem>& basic() const { return basic_; }
  bool is_mask() const { return is_mask_; }
  /// Of an array of positions, or of a mask.
  Shape shape() const { return shape_; }
  /// For each axis that is indexed, the positions in C order.
  absl::Span<const std::vector<Index>> positions() const { return positions_; }
  /// Positions, or true elements; and the same as a shape of one axis.
  Index count() const { return count_; }
  Shape count_shape() const { return {&count_, 1}; }

 private:
  explicit AdvancedItem(const internal::Node& array);

  std::optional<IndexItem> basic_;
  bool is_mask_ = false;
  Dims shape_;
  Index count_ = 0;
  std::vector<std::vector<Index>> positions_;
};

/// An index with lists, arrays of positions or masks: `a[{slice(1, 3), index_list({0, 2})}]`.
/// NumPy's rules: the positions of all entries are broadcast together (integers are such positions
/// too), and their axes come where the first of them stands if they stand side by side, else first.
class AdvancedItems {
 public:
  AdvancedItems(std::initializer_list<AdvancedItem> items) : items_(items) {}
  explicit AdvancedItems(std::vector<AdvancedItem> items) : items_(std::move(items)) {}

  absl::Span<const AdvancedItem> items() const { return items_; }

 private:
  std::vector<AdvancedItem> items_;
};

namespace internal {

/// Positions along an axis, in C order: of a list, or of an array of integers. Refers to them where
/// it can. Errors: `std::bad_alloc`.
class Positions {
 public:
  explicit Positions(const IndexList& list)
      : list_(list.positions()), shape_{static_cast<Index>(list_.size())} {}
  template <class A>
  requires AnyArray<A>
  explicit Positions(const A& array) : Positions(array.handle().node()) {}
  Positions(Positions&&) = default;

  absl::Span<const Index> list() const { return list_; }
  Shape shape() const { return shape_; }
  /// The positions, if they are neither the list's nor the array's; to be called once.
  std::vector<Index> take_own() { return std::move(own_); }

 private:
  explicit Positions(const Node& array);

  std::vector<Index> own_;
  absl::Span<const Index> list_;
  Dims shape_;
};

/// A mask, one bit an element in C order. O(size); errors: `std::bad_alloc`.
class PackedMask {
 public:
  explicit PackedMask(const Node& mask);

  /// See `pack_bits`.
  absl::Span<const std::uint64_t> words() const {
    return {words_.get(), static_cast<std::size_t>(words_for_bits(size_))};
  }
  Index size() const { return size_; }
  /// How many elements are true.
  Index count() const { return count_; }

 private:
  Index size_;
  std::unique_ptr<std::uint64_t[]> words_;
  Index count_;
};

/// Some elements of an array, and the shape that they have together. In C order the array is
/// `blocks` blocks of `extent` rows of `inner` elements; of each block the same rows are selected:
/// those that `rows` lists, or where `mask`, if there is one, is true.
struct SelectedElements {
  Dims shape;
  Index blocks = 1;
  Index extent = 0;
  Index inner = 1;
  absl::Span<const Index> rows;  // `own_rows`, or the caller's
  std::vector<Index> own_rows;
  std::optional<PackedMask> mask;

  SelectedElements() = default;
  SelectedElements(SelectedElements&&) = default;
  SelectedElements& operator=(SelectedElements&&) = default;

  Index count() const { return element_count(shape); }
  /// Copies rows that are the caller's. Errors: `std::bad_alloc`.
  void own();
  void own(std::vector<Index> list) {
    own_rows = std::move(list);
    rows = own_rows;
  }
};

/// The elements of an array of `shape` that `items` name.
/// Errors: `std::out_of_range` for a position that there is not, too many entries, several ellipses
/// or a mask of another shape; `std::invalid_argument` if the positions do not broadcast, for a
/// slice of step 0 or a result of too many axes. O(result).
SelectedElements select_elements(Shape shape, absl::Span<const AdvancedItem> items);

/// `positions` along `axis`: NumPy's `take`. Refers to what they refer to. Errors: as above, for
/// the axis too.
SelectedElements select_along(Shape shape, Positions positions, Index axis);

/// The elements where `mask`, which covers the first axes, is true. Errors: as above.
SelectedElements select_true(Shape shape, const Node& mask);

/// Positions of the true elements of `mask`, one axis, which may be shorter than the axis that it
/// selects from: NumPy's `compress`. Errors: `std::invalid_argument` if it has several axes.
IndexList true_positions(const Node& mask);

/// The selected elements in a new array, in C order. `may_be_left_side`: of a statement such as
/// `a[mask] = x`, which does not read them after all.
Handle copy_selected(const Node& source, const SelectedElements& selected,
                     bool may_be_left_side = false);

/// Writes `value`, of the array's element type, into the selected elements.
/// Errors: as the gate; nothing has changed then.
void fill_selected(Node& destination, Receiver receiver, const SelectedElements& selected,
                   const void* value);

/// Writes the elements of `values`, of the same element type, broadcast to the selection's shape,
/// into the selected elements, in order; all are read first.
/// Errors: as the gate; `std::invalid_argument` if they do not broadcast; nothing has changed then.
void assign_selected(Node& destination, Receiver receiver, const SelectedElements& selected,
                     const Node& values);

/// `values`, a number or an array, into the selected elements of `node`.
template <Element E, class Values>
void write_selected(Node& node, Receiver receiver, const SelectedElements& elements,
                    const Values& values) {
  if constexpr (!AnyArray<Values>) {
    const E value = cast_element<E>(static_cast<Scalar<Values>>(values));
    fill_selected(node, receiver, elements, &value);
  } else if constexpr (std::same_as<typename Values::value_type, E>) {
    assign_selected(node, receiver, elements, values.handle().node());
  } else {
    const Array<E> converted = values.template astype<E>();
    assign_selected(node, receiver, elements, converted.handle().node());
  }
}

}  // namespace internal
}  // namespace cow

#endif  // COW_CORE_SELECT_H_
