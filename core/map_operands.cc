#include "cow/core/map_operands.h"

#include "cow/core/assign.h"
#include "cow/core/overlap.h"

namespace cow::internal {
namespace {

/// Steps after which two arrays are taken to overlap: a copy costs no more than the search.
constexpr Index kOverlapWork = 1000;

bool may_overlap(const StridedMemory& a, const StridedMemory& b) {
  return bounds_overlap(a, b) && find_overlap(a, b, kOverlapWork).verdict != Verdict::kNo;
}

}  // namespace

MapSources::MapSources(std::initializer_list<const Node*> nodes) {
  for (const Node* node : nodes) {
    nodes_[count_] = node;
    const Shape shape = node->layout.shape();
    if (count_++ == 0) {
      shape_.assign(shape.begin(), shape.end());
    } else if (!same_numbers(shape, shape_)) {
      shape_ = broadcast_shapes(shape_, shape);
    }
  }
}

void MapSources::require_fit(const Node& out) {
  const Shape shape = out.layout.shape();
  if (same_numbers(shape, shape_)) return;
  for (int k = 0; k < count_; ++k)
    AssignmentOperands::require_fit_in_place(nodes_[k]->layout, shape);
  shape_.assign(shape.begin(), shape.end());
}

void MapSources::begin_reads() {
  for (int k = 0; k < count_; ++k) begin_read(*nodes_[k], AccessKind::kBulk);
}

void MapSources::look() {
  for (int k = 0; k < count_; ++k) {
    const Layout& layout = nodes_[k]->layout;
    place(k, nodes_[k]->address(), layout.shape(), layout.strides());
  }
}

void MapSources::place(int k, std::byte* address, Shape shape, absl::Span<const Index> strides) {
  addresses_[k] = address;
  const std::size_t missing = shape_.size() - shape.size();
  for (std::size_t axis = 0; axis < shape_.size(); ++axis) {
    const bool is_there = axis >= missing && shape[axis - missing] != 1;
    strides_[k][axis] = is_there ? strides[axis - missing] : 0;
  }
}

MapDestination::MapDestination(const WriteScope& scope, MapSources* sources)
    : scope_(scope),
      sources_(*sources),
      to_(scope.address()),
      to_strides_(scope.layout().strides()) {
  // The gate may have moved the destination, and sources that are of its value.
  sources_.look();
  const Shape shape = sources_.shape();
  const Index itemsize = scope.node().itemsize();
  if (scope.node().has(kStretched)) {
    // Of what is written to one place, the last in C order remains.
    compact_ = Layout::c_order(shape, itemsize);
    to_ = allocate(compact_.size() * itemsize);
    to_strides_ = compact_.strides();
    return;
  }
  const StridedMemory written{reinterpret_cast<Index>(to_), shape, to_strides_, itemsize};
  for (int k = 0; k < sources_.count_; ++k) {
    if (are_apart(sources_.nodes_[k]->current_buffer(), scope.buffer())) continue;
    const Operand from = sources_.operand(k);
    const Index read_itemsize = sources_.nodes_[k]->itemsize();
    // Each element reads just itself.
    if (is_same(from, shape) && read_itemsize == itemsize) continue;
    const StridedMemory read{reinterpret_cast<Index>(from.address), shape, from.strides,
                             read_itemsize};
    if (!may_overlap(read, written)) continue;
    const Layout& source = sources_.nodes_[k]->layout;
    const Layout copy = Layout::c_order(source.shape(), read_itemsize);
    std::byte* const address = allocate(copy.size() * read_itemsize);
    copy_elements(source.shape(), read_itemsize, {address, copy.strides()},
                  {from.address, source.strides()});
    sources_.place(k, address, copy.shape(), copy.strides());
  }
}

bool MapDestination::is_same(const Operand& source, Shape shape) const {
  if (source.address != to_) return false;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] != 1 && source.strides[axis] != to_strides_[axis]) return false;
  }
  return true;
}

std::byte* MapDestination::allocate(Index bytes) {
  auto& copy = copies_[copy_count_++];
  copy = std::make_unique_for_overwrite<std::byte[]>(static_cast<std::size_t>(bytes));
  temporary_bytes_ += bytes;
  return copy.get();
}

void MapDestination::finish() const {
  if (to_ == scope_.address()) return;
  copy_elements_in_order(sources_.shape(), scope_.node().itemsize(),
                         {scope_.address(), scope_.layout().strides()}, {to_, to_strides_});
}

}  // namespace cow::internal
