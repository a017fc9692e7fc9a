#include "cow/core/select.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "cow/core/assign.h"
#include "cow/core/compress.h"
#include "cow/core/gather.h"
#include "cow/core/iterate.h"
#include "cow/core/observer.h"
#include "cow/core/overlap.h"

namespace cow::internal {
namespace {

/// Calls `fn(row)` for each selected row of a block.
template <class Fn>
void for_each_row(const SelectedElements& selected, Fn fn) {
  if (selected.mask) return for_each_bit(*selected.mask, fn);
  for (Index row : selected.rows) fn(row);
}

/// Byte distances of the selected elements from element (0, ..., 0), into as many.
void find_displacements(const Layout& layout, Index itemsize, const SelectedElements& selected,
                        std::vector<Index>* displacements) {
  const bool is_contiguous = layout.is_contiguous(itemsize);
  Index* out = displacements->data();
  for (Index block = 0; block < selected.blocks; ++block) {
    for_each_row(selected, [&](Index row) {
      const Index first = (block * selected.extent + row) * selected.inner;
      for (Index number = first; number < first + selected.inner; ++number) {
        *out++ = is_contiguous ? number * itemsize : layout.displacement_of_flat(number);
      }
    });
  }
}

std::vector<Index> displacements_of(const Layout& layout, Index itemsize,
                                    const SelectedElements& selected) {
  std::vector<Index> displacements(static_cast<std::size_t>(selected.count()));
  // Without elements there may be rows none the less.
  if (!displacements.empty()) find_displacements(layout, itemsize, selected, &displacements);
  return displacements;
}

/// Who observes is told of each element instead.
bool is_block_of_rows(const Node& source) {
  return !source.has(kObserved) && source.layout.is_contiguous(source.itemsize());
}

/// Copies the selected elements of an array in C order. False, and nobody knows which are copied,
/// if a row is not in range.
bool copy_rows(const std::byte* from, Index itemsize, const SelectedElements& selected,
               std::byte* to) {
  const Index row_bytes = selected.inner * itemsize;
  if (selected.mask && selected.inner == 1) {
    compress(from, itemsize, selected.mask->words(), to, selected.mask->count());
    return true;
  }
  if (selected.mask) {
    for_each_row(selected, [&](Index row) {
      std::memcpy(to, from + row * row_bytes, static_cast<std::size_t>(row_bytes));
      to += row_bytes;
    });
    return true;
  }
  for (Index block = 0; block < selected.blocks; ++block) {
    if (!gather(from + block * selected.extent * row_bytes, selected.extent, row_bytes,
                selected.rows, to)) {
      return false;
    }
    to += std::ssize(selected.rows) * row_bytes;
  }
  return true;
}

}  // namespace

Handle copy_selected(const Node& source, const SelectedElements& selected, bool may_be_left_side) {
  const Index itemsize = source.itemsize();
  const bool as_rows = is_block_of_rows(source);
  const std::vector<Index> displacements =
      as_rows ? std::vector<Index>() : displacements_of(source.layout, itemsize, selected);
  Handle result = make_array(source.dtype, selected.shape);
  if (source.has(kObserved) && result.node().has(kObserved)) {
    current_observer()->on_indexing_copy(result.node(), source);
  }
  const std::byte* from = begin_read_scattered(source, displacements, may_be_left_side);
  std::byte* to = result.node().data;
  if (as_rows) {
    if (selected.count() > 0) copy_rows(from, itemsize, selected, to);
    return result;
  }
  for (Index displacement : displacements) {
    std::memcpy(to, from + displacement, static_cast<std::size_t>(itemsize));
    to += itemsize;
  }
  return result;
}

Handle take_along(const Node& source, Shape shape, Positions positions, Index axis) {
  SelectedElements selected = select_unchecked(shape, std::move(positions), axis);
  // In one pass, where nobody sees an array that was made in vain.
  if (is_block_of_rows(source) && current_observer() == nullptr && selected.count() > 0) {
    Handle result = make_array(source.dtype, selected.shape);
    const std::byte* from = begin_read(source, AccessKind::kBulk);
    if (copy_rows(from, source.itemsize(), selected, result.node().data)) return result;
  }
  require_rows(selected);
  return copy_selected(source, selected);
}

namespace {

/// Where values lie before they are written to selected elements.
struct ValuesInPlace {
  const std::byte* address;
  const Layout& layout;
};

/// Does a write to `displacements` of `destination` change one of `values` that is meant for
/// another element? O(n log n), O(ndim) if they lie apart.
bool changes_values(const Node& destination, absl::Span<const Index> displacements,
                    const ValuesInPlace& values) {
  const std::byte* to = destination.address();
  const Index itemsize = destination.itemsize();
  const auto memory = [&](const std::byte* address, const Layout& layout) {
    return StridedMemory{reinterpret_cast<Index>(address), layout.shape(), layout.strides(),
                         itemsize};
  };
  if (!bounds_overlap(memory(to, destination.layout), memory(values.address, values.layout))) {
    return false;
  }
  std::vector<std::pair<const std::byte*, Index>> read;
  for (Index i = 0; i < std::ssize(displacements); ++i) {
    read.emplace_back(values.address + values.layout.displacement_of_flat(i), i);
  }
  std::sort(read.begin(), read.end());
  for (Index i = 0; i < std::ssize(displacements); ++i) {
    const std::byte* written = to + displacements[static_cast<std::size_t>(i)];
    for (auto at = std::lower_bound(read.begin(), read.end(), std::pair(written, Index{0}));
         at != read.end() && at->first == written; ++at) {
      if (at->second != i) return true;
    }
  }
  return false;
}

/// Writes the elements at `values`, `value_step` bytes from one to the next; copied from `original`
/// if that is not null.
void write_selected(Node& destination, Receiver receiver, const SelectedElements& selected,
                    const std::byte* values, Index value_step,
                    const ValuesInPlace* original = nullptr) {
  // Allocates before the gate, which must not be passed if there is an error.
  std::vector<Index> displacements =
      displacements_of(destination.layout, destination.itemsize(), selected);
  const std::byte* to = destination.address();
  const bool needs_copy = original != nullptr && destination.has(kObserved) &&
                          changes_values(destination, displacements, *original);
  WriteScope scope(destination, receiver);
  if (scope.rearranged() && !displacements.empty()) {
    find_displacements(scope.layout(), destination.itemsize(), selected, &displacements);
  }
  // Who has moved away from the values needs no copy of them.
  const bool has_needed_copy = needs_copy && scope.address() == to;
  scope.begin_scattered(displacements,
                        has_needed_copy ? std::ssize(displacements) * value_step : 0);
  const std::size_t itemsize = static_cast<std::size_t>(destination.itemsize());
  for (Index displacement : displacements) {
    std::memcpy(scope.address() + displacement, values, itemsize);
    values += value_step;
  }
}

}  // namespace

void fill_selected(Node& destination, Receiver receiver, const SelectedElements& selected,
                   const void* value) {
  write_selected(destination, receiver, selected, static_cast<const std::byte*>(value), 0);
}

void assign_selected(Node& destination, Receiver receiver, const SelectedElements& selected,
                     const Node& values) {
  AssignmentOperands::require_fit(values.layout, selected.shape);
  const Index itemsize = values.itemsize();
  const Layout spread = broadcast_layout(
      AssignmentOperands::drop_leading_ones(values.layout, static_cast<int>(selected.shape.size())),
      selected.shape);
  const std::byte* from = begin_read(values, AccessKind::kBulk);
  const ValuesInPlace original{from, spread};
  // A copy, as the values may lie among the elements that are written.
  const Layout compact = Layout::c_order(selected.shape, itemsize);
  const auto copy =
      std::make_unique<std::byte[]>(static_cast<std::size_t>(compact.size() * itemsize));
  copy_elements(selected.shape, itemsize, {copy.get(), compact.strides()},
                {const_cast<std::byte*>(from), spread.strides()});
  write_selected(destination, receiver, selected, copy.get(), itemsize, &original);
}

}  // namespace cow::internal
