#include "cow/core/select.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "cow/core/assign.h"
#include "cow/core/errors.h"
#include "cow/core/gather.h"
#include "cow/core/iterate.h"
#include "cow/core/overlap.h"

namespace cow {
namespace internal {
namespace {

template <class T>
void append_as_index(const Node& array, std::vector<Index>* out) {
  const Layout& layout = array.layout;
  const std::byte* address = begin_read(array, AccessKind::kBulk);
  const Index count = layout.size();
  const bool is_contiguous = layout.is_contiguous(sizeof(T));
  for (Index i = 0; i < count; ++i) {
    T value;
    const Index displacement =
        is_contiguous ? i * Index{sizeof(T)} : layout.displacement_of_flat(i);
    std::memcpy(&value, address + displacement, sizeof value);
    out->push_back(to_index(value));
  }
}

/// The elements of an array of integers, in C order.
std::vector<Index> positions_in(const Node& array) {
  std::vector<Index> positions;
  positions.reserve(static_cast<std::size_t>(array.layout.size()));
  switch (array.dtype) {
    case DType::kInt8:
      append_as_index<std::int8_t>(array, &positions);
      break;
    case DType::kInt16:
      append_as_index<std::int16_t>(array, &positions);
      break;
    case DType::kInt32:
      append_as_index<std::int32_t>(array, &positions);
      break;
    case DType::kInt64:
      append_as_index<std::int64_t>(array, &positions);
      break;
    case DType::kUInt8:
      append_as_index<std::uint8_t>(array, &positions);
      break;
    case DType::kUInt16:
      append_as_index<std::uint16_t>(array, &positions);
      break;
    case DType::kUInt32:
      append_as_index<std::uint32_t>(array, &positions);
      break;
    default:
      append_as_index<std::uint64_t>(array, &positions);
  }
  return positions;
}

/// For each axis of a mask, the positions of its true elements, in C order: NumPy's `nonzero`.
std::vector<std::vector<Index>> positions_of_true(const Node& mask) {
  const Layout& layout = mask.layout;
  std::vector<std::vector<Index>> positions(static_cast<std::size_t>(layout.ndim()));
  const std::byte* at = begin_read(mask, AccessKind::kBulk);
  if (layout.empty()) return positions;
  Dims position(layout.shape().size(), 0);
  while (true) {
    if (*at != std::byte{0}) {
      for (std::size_t axis = 0; axis < positions.size(); ++axis) {
        positions[axis].push_back(position[axis]);
      }
    }
    int axis = layout.ndim() - 1;
    for (; axis >= 0; --axis) {
      at += layout.stride(axis);
      if (++position[axis] < layout.extent(axis)) break;
      at -= layout.stride(axis) * layout.extent(axis);
      position[axis] = 0;
    }
    if (axis < 0) return positions;
  }
}

bool is_true(const Node& mask_without_axes) {
  return *begin_read(mask_without_axes, AccessKind::kBulk) != std::byte{0};
}

bool is_integer(const AdvancedItem& item) {
  return item.basic() && item.basic()->kind() == IndexItem::Kind::kInteger;
}
bool is_ellipsis(const AdvancedItem& item) {
  return item.basic() && item.basic()->kind() == IndexItem::Kind::kEllipsis;
}

/// Axes of the indexed array that `item` stands for.
int axes_of(const AdvancedItem& item) {
  if (item.is_mask()) return static_cast<int>(item.shape().size());
  if (!item.basic()) return 1;
  return is_integer(item) || item.basic()->kind() == IndexItem::Kind::kSlice ? 1 : 0;
}

/// Errors: `std::out_of_range` unless `mask` is part of `shape` from `axis` on.
void require_mask_fits(Shape mask, Shape shape, int axis) {
  for (Index extent : mask) {
    if (extent != shape[axis]) {
      throw_out_of_range(absl::StrCat("boolean index did not match indexed array along dimension ",
                                      axis, "; dimension is ", shape[axis],
                                      " but corresponding boolean dimension is ", extent));
    }
    ++axis;
  }
}

/// Resolves a mixed index. Elements are numbers: positions in C order.
class Selector {
 public:
  Selector(Shape shape, absl::Span<const AdvancedItem> items) : whole_(Layout::c_order(shape, 1)) {
    int named = 0;
    int ellipses = 0;
    for (const AdvancedItem& item : items) {
      named += axes_of(item);
      ellipses += is_ellipsis(item) ? 1 : 0;
    }
    if (named > whole_.ndim()) throw_wrong_rank(whole_, named);
    if (ellipses > 1) {
      throw_out_of_range("an index can only have a single ellipsis ('...')");
    }
    for (const AdvancedItem& item : items) {
      if (is_ellipsis(item)) {
        leave_basic();
        for (int i = named; i < whole_.ndim(); ++i) add_slice(all);
      } else if (!item.basic() || is_integer(item)) {
        add_positions(item);
      } else {
        leave_basic();
        add_slice(*item.basic());
      }
    }
    while (axis_ < whole_.ndim()) add_slice(all);
  }

  SelectedElements select() const {
    Dims positions_shape;
    for (const Lane& lane : lanes_) positions_shape = broadcast_shapes(positions_shape, lane.shape);
    const std::vector<Index> offsets = offsets_of_lanes(positions_shape);
    const int front = is_split_ ? 0 : basic_before_;
    SelectedElements selected;
    for (int i = 0; i < front; ++i) selected.shape.push_back(basic_[i].extent);
    selected.shape.insert(selected.shape.end(), positions_shape.begin(), positions_shape.end());
    for (std::size_t i = front; i < basic_.size(); ++i) selected.shape.push_back(basic_[i].extent);
    selected.extent = whole_.size();
    const Index count = Layout::c_order(selected.shape, 1).size();  // or throws
    std::vector<Index> numbers;
    numbers.reserve(static_cast<std::size_t>(count));
    if (count == 0) return selected;
    const std::vector<Index> outer = numbers_of({basic_.data(), static_cast<std::size_t>(front)});
    const std::vector<Index> inner = numbers_of(absl::MakeSpan(basic_).subspan(front));
    for (Index before : outer) {
      for (Index offset : offsets) {
        for (Index after : inner) numbers.push_back(start_ + before + offset + after);
      }
    }
    selected.own(std::move(numbers));
    return selected;
  }

 private:
  struct Axis {  // of the result, from a slice or a new axis
    Index extent;
    Index step;  // in element numbers
  };
  struct Lane {                  // positions along one axis
    std::vector<Index> offsets;  // in element numbers
    Shape shape;
  };

  /// Where the positions' axes go is decided by what stands between positions.
  void leave_basic() {
    if (!lanes_.empty()) had_basic_since_ = true;
  }

  void add_slice(const IndexItem& item) {
    if (item.kind() == IndexItem::Kind::kNewAxis) {
      basic_.push_back({1, 0});
      return;
    }
    const ResolvedSlice part = resolve_slice(item.slice(), whole_.extent(axis_));
    if (part.count > 0) start_ += part.start * whole_.stride(axis_);
    basic_.push_back({part.count, part.step * whole_.stride(axis_)});
    ++axis_;
  }

  void add_positions(const AdvancedItem& item) {
    if (lanes_.empty()) basic_before_ = static_cast<int>(basic_.size());
    if (had_basic_since_) is_split_ = true;
    if (item.basic()) {
      const Index position = item.basic()->position();
      add_lane({&position, 1}, {});
    } else if (item.is_mask()) {
      add_mask(item);
    } else {
      add_lane(item.positions()[0], item.shape());
    }
  }

  void add_mask(const AdvancedItem& mask) {
    require_mask_fits(mask.shape(), whole_.shape(), axis_);
    // A mask without axes is one position, or none, along an axis of its own.
    if (mask.shape().empty())
      lanes_.push_back(
          {std::vector<Index>(static_cast<std::size_t>(mask.count()), 0), mask.count_shape()});
    for (const std::vector<Index>& positions : mask.positions()) {
      add_lane(positions, mask.count_shape());
    }
  }

  void add_lane(absl::Span<const Index> positions, Shape shape) {
    Lane lane{{}, shape};
    lane.offsets.reserve(positions.size());
    for (Index position : positions) {
      lane.offsets.push_back(normalize_index(position, whole_.extent(axis_), axis_) *
                             whole_.stride(axis_));
    }
    lanes_.push_back(std::move(lane));
    ++axis_;
  }

  std::vector<Index> offsets_of_lanes(Shape shape) const {
    std::vector<Index> offsets(static_cast<std::size_t>(Layout::c_order(shape, 1).size()), 0);
    for (const Lane& lane : lanes_) {
      const Layout spread = broadcast_layout(Layout::c_order(lane.shape, 1), shape);
      for (std::size_t i = 0; i < offsets.size(); ++i) {
        offsets[i] += lane.offsets[static_cast<std::size_t>(
            spread.displacement_of_flat(static_cast<Index>(i)))];
      }
    }
    return offsets;
  }

  static std::vector<Index> numbers_of(absl::Span<const Axis> axes) {
    std::vector<Index> numbers = {0};
    for (const Axis& axis : axes) {
      std::vector<Index> longer;
      longer.reserve(numbers.size() * static_cast<std::size_t>(axis.extent));
      for (Index number : numbers) {
        for (Index i = 0; i < axis.extent; ++i) longer.push_back(number + i * axis.step);
      }
      numbers = std::move(longer);
    }
    return numbers;
  }

  const Layout whole_;
  int axis_ = 0;
  Index start_ = 0;
  std::vector<Axis> basic_;
  std::vector<Lane> lanes_;
  int basic_before_ = 0;
  bool had_basic_since_ = false;
  bool is_split_ = false;
};

/// Calls `fn(position)` for each true element.
template <class Fn>
void for_each_bit(const PackedMask& mask, Fn fn) {
  Index first = 0;
  for (std::uint64_t word : mask.words()) {
    for (; word != 0; word &= word - 1) fn(first + std::countr_zero(word));
    first += 64;
  }
}

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

/// Copies the selected elements of an array in C order.
void copy_rows(const std::byte* from, Index itemsize, const SelectedElements& selected,
               std::byte* to) {
  const Index row_bytes = selected.inner * itemsize;
  if (selected.mask && selected.inner == 1) {
    return compress(from, itemsize, selected.mask->words(), to, selected.mask->count());
  }
  if (selected.mask) {
    for_each_row(selected, [&](Index row) {
      std::memcpy(to, from + row * row_bytes, static_cast<std::size_t>(row_bytes));
      to += row_bytes;
    });
    return;
  }
  for (Index block = 0; block < selected.blocks; ++block) {
    gather(from + block * selected.extent * row_bytes, row_bytes, selected.rows, to);
    to += std::ssize(selected.rows) * row_bytes;
  }
}

}  // namespace

SelectedElements select_elements(Shape shape, absl::Span<const AdvancedItem> items) {
  return Selector(shape, items).select();
}

SelectedElements select_along(Shape shape, Positions positions, Index along) {
  // NumPy's take sees an axis there.
  if (shape.empty()) return select_along({1}, std::move(positions), along);
  Layout::c_order(shape, 1);  // or throws
  const auto axis = static_cast<std::size_t>(normalize_axis(along, static_cast<int>(shape.size())));
  const Shape before = shape.first(axis), after = shape.subspan(axis + 1);
  SelectedElements selected;
  selected.shape.assign(before.begin(), before.end());
  selected.shape.insert(selected.shape.end(), positions.shape().begin(), positions.shape().end());
  selected.shape.insert(selected.shape.end(), after.begin(), after.end());
  selected.blocks = element_count(before);
  selected.extent = shape[axis];
  selected.inner = element_count(after);
  selected.rows = positions.list();
  selected.own_rows = positions.take_own();
  if (!all_in_range(positions.list(), selected.extent)) {
    selected.own();
    for (Index& row : selected.own_rows) {
      row = normalize_index(row, selected.extent, static_cast<int>(axis));
    }
  }
  Layout::c_order(selected.shape, 1);  // or throws
  return selected;
}

SelectedElements select_true(Shape shape, const Node& mask) {
  SelectedElements selected;
  selected.mask.emplace(mask);
  Layout::c_order(shape, 1);  // or throws
  const Shape covered = mask.layout.shape();
  if (covered.size() > shape.size()) {
    throw_wrong_rank(Layout::c_order(shape, 1), static_cast<int>(covered.size()));
  }
  require_mask_fits(covered, shape, 0);
  const Shape rest = shape.subspan(covered.size());
  selected.shape.push_back(selected.mask->count());
  selected.shape.insert(selected.shape.end(), rest.begin(), rest.end());
  selected.extent = selected.mask->size();
  selected.inner = element_count(rest);
  Layout::c_order(selected.shape, 1);  // or throws
  return selected;
}

void SelectedElements::own() {
  if (rows.data() != own_rows.data()) own({rows.begin(), rows.end()});
}

Positions::Positions(const Node& array)
    : shape_(array.layout.shape().begin(), array.layout.shape().end()) {
  if (array.dtype == DType::kInt64 && array.layout.is_contiguous(sizeof(Index))) {
    list_ = {reinterpret_cast<const Index*>(begin_read(array, AccessKind::kBulk)),
             static_cast<std::size_t>(array.layout.size())};
  } else {
    own_ = positions_in(array);
    list_ = own_;
  }
}

PackedMask::PackedMask(const Node& mask)
    : size_(mask.layout.size()),
      words_(new std::uint64_t[static_cast<std::size_t>(words_for_bits(size_))]) {
  std::byte* from = begin_read(mask, AccessKind::kBulk);
  if (mask.layout.is_contiguous(1)) {
    count_ = pack_bits(from, size_, words_.get());
    return;
  }
  const auto copy = std::make_unique<std::byte[]>(static_cast<std::size_t>(size_));
  const Layout compact = Layout::c_order(mask.layout.shape(), 1);
  copy_elements(mask.layout.shape(), 1, {copy.get(), compact.strides()},
                {from, mask.layout.strides()});
  count_ = pack_bits(copy.get(), size_, words_.get());
}

IndexList true_positions(const Node& mask) {
  if (mask.layout.ndim() != 1) {
    throw_invalid_argument(absl::StrCat("compress: the mask must have one axis, and has shape ",
                                        tuple_text(mask.layout.shape())));
  }
  std::vector<Index> positions;
  const PackedMask packed(mask);
  positions.reserve(static_cast<std::size_t>(packed.count()));
  for_each_bit(packed, [&](Index position) { positions.push_back(position); });
  return index_list(positions);
}

Handle copy_selected(const Node& source, const SelectedElements& selected, bool may_be_left_side) {
  const Index itemsize = source.itemsize();
  const bool as_rows = !source.has(kObserved) && source.layout.is_contiguous(itemsize);
  // Who observes is told of each element.
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

}  // namespace internal

AdvancedItem::AdvancedItem(const IndexList& list)
    : shape_{static_cast<Index>(list.positions().size())},
      positions_{{list.positions().begin(), list.positions().end()}} {}

AdvancedItem::AdvancedItem(const internal::Node& array)
    : is_mask_(array.dtype == DType::kBool),
      shape_(array.layout.shape().begin(), array.layout.shape().end()) {
  if (!is_mask_) {
    positions_.push_back(internal::positions_in(array));
    count_ = std::ssize(positions_[0]);
  } else if (shape_.empty()) {
    count_ = internal::is_true(array) ? 1 : 0;
  } else {
    positions_ = internal::positions_of_true(array);
    count_ = std::ssize(positions_[0]);
  }
}

}  // namespace cow
