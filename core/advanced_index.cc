#include "cow/core/advanced_index.h"

#include <cstddef>

#include "cow/core/errors.h"
#include "cow/core/layout.h"
#include "cow/core/write_gate.h"

namespace cow {
namespace internal {
namespace {

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

}  // namespace

SelectedElements select_elements(Shape shape, absl::Span<const AdvancedItem> items) {
  return Selector(shape, items).select();
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
