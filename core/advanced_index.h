#ifndef COW_CORE_ADVANCED_INDEX_H_
#define COW_CORE_ADVANCED_INDEX_H_

#include <concepts>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "cow/core/array_traits.h"
#include "cow/core/dims.h"
#include "cow/core/index.h"
#include "cow/core/node.h"
#include "cow/core/positions.h"
#include "cow/core/selected_elements.h"

namespace cow {

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

/// The elements of an array of `shape` that `items` name.
/// Errors: `std::out_of_range` for a position that there is not, too many entries, several ellipses
/// or a mask of another shape; `std::invalid_argument` if the positions do not broadcast, for a
/// slice of step 0 or a result of too many axes. O(result).
SelectedElements select_elements(Shape shape, absl::Span<const AdvancedItem> items);

}  // namespace internal
}  // namespace cow

#endif  // COW_CORE_ADVANCED_INDEX_H_
