#include "cow/core/map_rows.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "cow/core/copy_kernels.h"

namespace cow::internal {
namespace {

constexpr Index kLineBytes = 64;
/// Of all blocks that are in the first cache at one time.
constexpr Index kBufferBytes = 32 * 1024;

bool is_ready(const Walk& walk, int operand, Index itemsize) {
  const int last = walk.ndim() - 1;
  return walk.stride(operand, last) == itemsize || walk.extent(last) == 1;
}

/// The result is large and not what was just read.
bool is_streamed(const Walk& walk, absl::Span<const Index> itemsizes) {
  constexpr Index kShortestRowBytes = 4 * kLineBytes;
  const Index row_bytes = walk.extent(walk.ndim() - 1) * itemsizes[0];
  if (row_bytes < kShortestRowBytes || walk.size() * itemsizes[0] <= kStreamedBytes) return false;
  for (std::size_t k = 1; k < itemsizes.size(); ++k) {
    if (walk.address(static_cast<int>(k)) == walk.address(0)) return false;
  }
  return is_ready(walk, 0, itemsizes[0]);
}

/// The axis along which an operand's elements are adjacent, if that is not the last; else -1.
int axis_across(const Walk& walk, int operand, Index itemsize) {
  if (is_ready(walk, operand, itemsize)) return -1;
  for (int axis = 0; axis < walk.ndim() - 1; ++axis) {
    const bool is_adjacent = std::abs(walk.stride(operand, axis)) == itemsize;
    if (is_adjacent && walk.extent(axis) >= kFewestTransposedRows) return axis;
  }
  return -1;
}

class BlockMap {
 public:
  BlockMap(const Walk& walk, absl::Span<const Index> itemsizes, RowLoop loop, const void* context)
      : walk_(walk),
        itemsizes_(itemsizes),
        count_(static_cast<int>(itemsizes.size())),
        loop_(loop),
        context_(context),
        last_(walk.ndim() - 1),
        row_axis_(choose_row_axis()),
        streamed_(is_streamed(walk, itemsizes)) {
    int buffers = 0;
    Index widest = 1;
    for (int k = 0; k < count_; ++k) {
      buffered_[k] = !is_ready(walk, k, itemsizes[k]) || (k == 0 && streamed_);
      if (!buffered_[k]) continue;
      ++buffers;
      widest = std::max(widest, itemsizes[k]);
    }
    const Index buffer_bytes = kBufferBytes / std::max(buffers, 1) / kLineBytes * kLineBytes;
    std::byte* next = buffers_;
    for (int k = 0; k < count_; ++k) {
      buffer_[k] = next;
      if (buffered_[k]) next += buffer_bytes;
    }
    choose_block(buffer_bytes / widest);
  }

  void run() {
    std::array<std::byte*, Walk::kMaxOperands> at;
    for (int k = 0; k < count_; ++k) at[k] = walk_.address(k);
    run_axes(0, at);
    if (streamed_) end_streams();
  }

 private:
  using Addresses = std::array<std::byte*, Walk::kMaxOperands>;

  /// Of a plane with the last axis: one along which an operand's elements are adjacent; else the
  /// last but one; else -1.
  int choose_row_axis() {
    for (int k = 1; k < count_; ++k) {
      const int axis = axis_across(walk_, k, itemsizes_[k]);
      is_transposed_ = axis >= 0;
      if (is_transposed_) return axis;
    }
    return last_ - 1;
  }

  /// Of at most `items` elements.
  void choose_block(Index items) {
    const Index columns = walk_.extent(last_);
    const Index rows = row_axis_ < 0 ? 1 : walk_.extent(row_axis_);
    if (is_transposed_) {
      block_columns_ = std::min<Index>(columns, 64);
      block_rows_ = std::min<Index>(rows, 32);
      while (block_rows_ * block_columns_ > items) {
        Index& larger = block_columns_ > block_rows_ ? block_columns_ : block_rows_;
        larger = (larger + 1) / 2;
      }
    } else {
      block_columns_ = std::min({columns, items, Index{512}});
      // Rows are read from end to end.
      block_rows_ = block_columns_ < columns ? 1 : std::min(rows, items / columns);
    }
  }

  void run_axes(int axis, const Addresses& at) {
    if (axis == last_) return run_plane(at);
    if (axis == row_axis_) return run_axes(axis + 1, at);
    Addresses slab = at;
    for (Index i = 0; i < walk_.extent(axis); ++i) {
      run_axes(axis + 1, slab);
      for (int k = 0; k < count_; ++k) slab[k] += walk_.stride(k, axis);
    }
  }

  /// Columns of the first block, after which blocks of a streamed result begin with a line.
  Index first_columns(const std::byte* result) const {
    const Index misaligned =
        static_cast<Index>(reinterpret_cast<std::uintptr_t>(result)) & (kLineBytes - 1);
    if (!streamed_ || misaligned == 0 || misaligned % itemsizes_[0] != 0) return block_columns_;
    return std::min(block_columns_, (kLineBytes - misaligned) / itemsizes_[0]);
  }

  void run_plane(const Addresses& at) {
    const Index columns = walk_.extent(last_);
    const Index rows = row_axis_ < 0 ? 1 : walk_.extent(row_axis_);
    for (Index i = 0; i < rows; i += block_rows_) {
      Index width = first_columns(at[0]);
      for (Index j = 0; j < columns; j += width, width = block_columns_) {
        width = std::min(width, columns - j);
        run_block(at, i, j, std::min(block_rows_, rows - i), width);
      }
    }
  }

  template <class Byte>
  PlaneOf<Byte> plane(std::byte* address, int k) const {
    return {address, row_axis_ < 0 ? 0 : walk_.stride(k, row_axis_), walk_.stride(k, last_)};
  }
  template <class Byte>
  PlaneOf<Byte> buffer(int k) const {
    return {buffer_[k], block_columns_ * itemsizes_[k], itemsizes_[k]};
  }

  using Blocks = std::array<PlaneOf<std::byte>, Walk::kMaxOperands>;

  /// Each row begins where the one before it ends.
  bool are_without_gaps(const Blocks& blocks, Index columns) const {
    for (int k = 0; k < count_; ++k) {
      if (blocks[k].row_stride != columns * itemsizes_[k]) return false;
    }
    return true;
  }

  void run_block(const Addresses& at, Index i, Index j, Index rows, Index columns) {
    Blocks blocks;
    for (int k = 0; k < count_; ++k) {
      const auto block = plane<const std::byte>(at[k], k).block(i, j);
      blocks[k] = buffered_[k] ? buffer<std::byte>(k) : plane<std::byte>(at[k], k).block(i, j);
      if (buffered_[k] && k > 0) {
        copy_plane(itemsizes_[k], rows, columns, blocks[k], block, false);
      }
    }
    const PlaneOf<std::byte> result = plane<std::byte>(at[0], 0).block(i, j);
    const bool at_once = !streamed_ && are_without_gaps(blocks, columns);
    const Index runs = at_once ? 1 : rows, length = at_once ? rows * columns : columns;
    for (Index run = 0; run < runs; ++run) {
      Addresses elements;
      for (int k = 0; k < count_; ++k) elements[k] = blocks[k].row(run);
      loop_(context_, elements.data(), length);
      if (streamed_) stream_bytes(result.row(run), elements[0], columns * itemsizes_[0]);
    }
    if (buffered_[0] && !streamed_) {
      copy_plane(itemsizes_[0], rows, columns, result, buffer<const std::byte>(0), false);
    }
  }

  const Walk& walk_;
  const absl::Span<const Index> itemsizes_;
  const int count_;
  const RowLoop loop_;
  const void* const context_;
  const int last_;
  bool is_transposed_ = false;  // before row_axis_, which sets it
  const int row_axis_;
  const bool streamed_;
  Index block_rows_;
  Index block_columns_;
  std::array<bool, Walk::kMaxOperands> buffered_;
  std::array<std::byte*, Walk::kMaxOperands> buffer_;
  alignas(kLineBytes) std::byte buffers_[kBufferBytes];
};

}  // namespace

bool rows_are_ready(const Walk& walk, absl::Span<const Index> itemsizes) {
  if (walk.empty()) return true;
  for (std::size_t k = 0; k < itemsizes.size(); ++k) {
    if (!is_ready(walk, static_cast<int>(k), itemsizes[k])) return false;
  }
  return !is_streamed(walk, itemsizes);
}

namespace {

/// An operand that lies across a large result and could take its place; else 0.
int operand_across(const Walk& walk, absl::Span<const Index> itemsizes) {
  if (!is_streamed(walk, itemsizes)) return 0;
  for (int k = 1; k < static_cast<int>(itemsizes.size()); ++k) {
    if (itemsizes[k] == itemsizes[0] && axis_across(walk, k, itemsizes[k]) >= 0) return k;
  }
  return 0;
}

}  // namespace

void map_in_blocks(const Walk& walk, absl::Span<const Index> itemsizes, RowLoop loop,
                   const void* context) {
  const int across = operand_across(walk, itemsizes);
  if (across == 0) return BlockMap(walk, itemsizes, loop, context).run();
  // Past the caches two passes along the result cost less than one that walks across an operand:
  // that is copied to where results go, and then read from there.
  const std::size_t ndim = static_cast<std::size_t>(walk.ndim());
  std::array<Index, kMaxDims> shape;
  std::array<std::array<Index, kMaxDims>, Walk::kMaxOperands> strides;
  std::array<Operand, Walk::kMaxOperands> operands;
  for (int axis = 0; axis < walk.ndim(); ++axis) shape[axis] = walk.extent(axis);
  for (std::size_t k = 0; k < itemsizes.size(); ++k) {
    const int operand = static_cast<int>(k);
    for (int axis = 0; axis < walk.ndim(); ++axis) strides[k][axis] = walk.stride(operand, axis);
    operands[k] = {walk.address(operand), {strides[k].data(), ndim}};
  }
  copy_elements({shape.data(), ndim}, itemsizes[0], operands[0], operands[across]);
  operands[across] = operands[0];
  const Walk along({shape.data(), ndim}, {operands.data(), itemsizes.size()}, Order::kAny);
  BlockMap(along, itemsizes, loop, context).run();
}

}  // namespace cow::internal
