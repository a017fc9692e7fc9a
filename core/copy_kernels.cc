// This file is compiled once for each SIMD target: foreach_target.h includes it again.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/copy_kernels.cc"
#include "hwy/foreach_target.h"  // before highway.h
//
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "cow/core/copy_kernels.h"
#include "cow/core/simd.h"
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace cow::internal::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr Index kLineBytes = 64;

/// An element of 16 bytes.
struct Pair {
  std::uint64_t halves[2];
};

template <class T>
HWY_INLINE T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

template <class T>
HWY_INLINE void store(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof(T));
}

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE
#define COW_HAS_TILES 0
#else
#define COW_HAS_TILES 1

/// Vectors of at most 16 lanes, since a tile of as many rows is held in registers. Of pairs, which
/// fill a block of 128 bits, the lanes are halves.
template <class T>
struct Lanes {
  using Tag = hn::CappedTag<T, 16>;
  static constexpr int kPerItem = 1;
};
template <>
struct Lanes<Pair> {
  using Tag = hn::CappedTag<std::uint64_t, 16>;
  static constexpr int kPerItem = 2;
};

/// A square tile: as many rows as a vector holds elements.
template <class T>
struct Tile {
  using Tag = typename Lanes<T>::Tag;
  using Lane = hn::TFromD<Tag>;
  using Vector = hn::Vec<Tag>;
  static constexpr int kBytes = static_cast<int>(hn::MaxLanes(Tag()) * sizeof(Lane));
  static constexpr int kSide = kBytes / static_cast<int>(sizeof(T));
  static constexpr int kBlocks = kBytes >= 16 ? kBytes / 16 : 1;
  static constexpr int kPerBlock = kSide / kBlocks;

  Vector rows[kSide];

  HWY_INLINE void load(const std::byte* from, Index stride) {
#pragma GCC unroll 16
    for (int i = 0; i < kSide; ++i) {
      rows[i] = hn::LoadU(Tag(), reinterpret_cast<const Lane*>(from + i * stride));
    }
  }

  HWY_INLINE void store(std::byte* to, Index stride) const {
#pragma GCC unroll 16
    for (int i = 0; i < kSide; ++i) {
      hn::StoreU(rows[i], Tag(), reinterpret_cast<Lane*>(to + i * stride));
    }
  }

  /// To aligned addresses.
  HWY_INLINE void stream(std::byte* to, Index stride) const {
#pragma GCC unroll 16
    for (int i = 0; i < kSide; ++i) {
      hn::Stream(rows[i], Tag(), reinterpret_cast<Lane*>(to + i * stride));
    }
  }

  /// First within the blocks of 128 bits, by riffling rows as often as 2 divides their number, then
  /// the blocks themselves.
  HWY_INLINE void transpose() {
#pragma GCC unroll 4
    for (int round = 1; round < kPerBlock; round *= 2) {
      Vector riffled[kSide];
#pragma GCC unroll 4
      for (int group = 0; group < kSide; group += kPerBlock) {
#pragma GCC unroll 8
        for (int i = 0; i < kPerBlock / 2; ++i) {
          const Vector a = rows[group + i], b = rows[group + i + kPerBlock / 2];
          riffled[group + 2 * i] = hn::InterleaveLower(Tag(), a, b);
          riffled[group + 2 * i + 1] = hn::InterleaveUpper(Tag(), a, b);
        }
      }
#pragma GCC unroll 16
      for (int i = 0; i < kSide; ++i) rows[i] = riffled[i];
    }
    if constexpr (kBlocks > 1) {
#pragma GCC unroll 16
      for (int k = 0; k < kPerBlock; ++k) {
        if constexpr (kBlocks == 2) {
          const Vector a = rows[k], b = rows[k + kPerBlock];
          rows[k] = hn::ConcatLowerLower(Tag(), b, a);
          rows[k + kPerBlock] = hn::ConcatUpperUpper(Tag(), b, a);
        } else {
          const Vector a = rows[k], b = rows[k + kPerBlock];
          const Vector c = rows[k + 2 * kPerBlock], d = rows[k + 3 * kPerBlock];
          const Vector ab_even = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(b), a);
          const Vector ab_odd = hn::OddEvenBlocks(b, hn::SwapAdjacentBlocks(a));
          const Vector cd_even = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(d), c);
          const Vector cd_odd = hn::OddEvenBlocks(d, hn::SwapAdjacentBlocks(c));
          rows[k] = hn::ConcatLowerLower(Tag(), cd_even, ab_even);
          rows[k + kPerBlock] = hn::ConcatLowerLower(Tag(), cd_odd, ab_odd);
          rows[k + 2 * kPerBlock] = hn::ConcatUpperUpper(Tag(), cd_even, ab_even);
          rows[k + 3 * kPerBlock] = hn::ConcatUpperUpper(Tag(), cd_odd, ab_odd);
        }
      }
    }
  }
};
#endif

void stream_bytes_here(std::byte* to, const std::byte* from, Index bytes) {
  const hn::ScalableTag<std::uint8_t> d;
  const Index lanes = static_cast<Index>(hn::Lanes(d));
  const Index head =
      std::min(bytes, -static_cast<Index>(reinterpret_cast<std::uintptr_t>(to)) & (kLineBytes - 1));
  std::memcpy(to, from, static_cast<std::size_t>(head));
  Index i = head;
  for (; i + kLineBytes <= bytes; i += kLineBytes) {
    for (Index k = 0; k < kLineBytes; k += lanes) {
      hn::Stream(hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(from + i + k)), d,
                 reinterpret_cast<std::uint8_t*>(to + i + k));
    }
  }
  std::memcpy(to + i, from + i, static_cast<std::size_t>(bytes - i));
}

template <class T>
void transpose_elements(Index rows, Index columns, std::byte* to, Index to_stride,
                        const std::byte* from, Index from_stride) {
  constexpr Index kItem = sizeof(T);
  constexpr Index kBlock = 16;
  for (Index i0 = 0; i0 < rows; i0 += kBlock) {
    for (Index j0 = 0; j0 < columns; j0 += kBlock) {
      for (Index i = i0; i < std::min(rows, i0 + kBlock); ++i) {
        for (Index j = j0; j < std::min(columns, j0 + kBlock); ++j) {
          store(to + i * to_stride + j * kItem, load<T>(from + j * from_stride + i * kItem));
        }
      }
    }
  }
}

#if COW_HAS_TILES
/// Calls `fn(i)` for the beginning of each tile of `side` in `[0, extent)`; the last one is moved
/// back to end with the range.
template <class Fn>
HWY_INLINE void for_tiles(Index begin, Index end, Index side, Fn fn) {
  for (Index i = begin; i < end; i += side) fn(std::min(i, end - side));
}

template <class T>
HWY_INLINE void transpose_tile(std::byte* to, Index to_stride, const std::byte* from,
                               Index from_stride) {
  Tile<T> tile;
  tile.load(from, from_stride);
  tile.transpose();
  tile.store(to, to_stride);
}

/// A square of a cache line's elements, whose lines in the result are aligned.
template <class T>
HWY_INLINE void stream_square(std::byte* to, Index to_stride, const std::byte* from,
                              Index from_stride) {
  constexpr Index kSide = Tile<T>::kSide;
  if constexpr (Tile<T>::kBytes == kLineBytes) {
    Tile<T> tile;
    tile.load(from, from_stride);
    tile.transpose();
    tile.stream(to, to_stride);
  } else {
    // Lines are completed in the first cache: half a line costs as much memory time as a whole one.
    constexpr Index kItems = kLineBytes / Index{sizeof(T)};
    alignas(kLineBytes) std::byte lines[static_cast<std::size_t>(kItems * kLineBytes)];
    for (Index j = 0; j < kItems; j += kSide) {
      for (Index i = 0; i < kItems; i += kSide) {
        transpose_tile<T>(lines + i * kLineBytes + j * Index{sizeof(T)}, kLineBytes,
                          from + j * from_stride + i * Index{sizeof(T)}, from_stride);
      }
    }
    for (Index i = 0; i < kItems; ++i) {
      stream_bytes_here(to + i * to_stride, lines + i * kLineBytes, kLineBytes);
    }
  }
}
#endif

template <class T>
void transpose_plane_of(Index rows, Index columns, std::byte* to, Index to_stride,
                        const std::byte* from, Index from_stride, bool stream) {
#if COW_HAS_TILES
  constexpr Index kItem = sizeof(T);
  constexpr Index kSide = Tile<T>::kSide;
  if (rows < kSide || columns < kSide) {
    return transpose_elements<T>(rows, columns, to, to_stride, from, from_stride);
  }
  const auto tiles = [&](Index i_begin, Index i_end, Index j_begin, Index j_end) {
    for_tiles(i_begin, i_end, kSide, [&](Index i) {
      for_tiles(j_begin, j_end, kSide, [&](Index j) {
        transpose_tile<T>(to + i * to_stride + j * kItem, to_stride,
                          from + j * from_stride + i * kItem, from_stride);
      });
    });
  };
  constexpr Index kLineItems = kLineBytes / kItem;
  const Index misaligned = -static_cast<Index>(reinterpret_cast<std::uintptr_t>(to));
  if (stream && to_stride % kLineBytes == 0 && misaligned % kItem == 0 && rows >= kLineItems &&
      columns >= 2 * kLineItems) {
    const Index head = (misaligned & (kLineBytes - 1)) / kItem;
    const Index end = head + (columns - head) / kLineItems * kLineItems;
    // Rows of the source are read from end to end.
    if (head > 0) tiles(0, rows, 0, std::max(head, kSide));
    for (Index j = head; j < end; j += kLineItems) {
      for_tiles(0, rows, kLineItems, [&](Index i) {
        stream_square<T>(to + i * to_stride + j * kItem, to_stride,
                         from + j * from_stride + i * kItem, from_stride);
      });
    }
    if (end < columns) tiles(0, rows, std::min(end, columns - kSide), columns);
    return;
  }
  constexpr Index kBlock = 64;
  for (Index i = 0; i < rows; i += kBlock) {
    // A rest that is less than a tile goes with the block before it.
    const Index i_end = rows - i < kBlock + kSide ? rows : i + kBlock;
    for (Index j = 0; j < columns; j += kBlock) {
      const Index j_end = columns - j < kBlock + kSide ? columns : j + kBlock;
      tiles(i, i_end, j, j_end);
      if (j_end == columns) break;
    }
    if (i_end == rows) break;
  }
#else
  (void)stream;
  transpose_elements<T>(rows, columns, to, to_stride, from, from_stride);
#endif
}

/// Swaps a square of the matrix with the one across the diagonal, both transposed.
template <class T>
void swap_transposed(Index rows, Index columns, std::byte* a, std::byte* b, Index stride) {
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < columns; ++j) {
      std::byte* const x = a + i * stride + j * Index{sizeof(T)};
      std::byte* const y = b + j * stride + i * Index{sizeof(T)};
      const T kept = load<T>(x);
      store(x, load<T>(y));
      store(y, kept);
    }
  }
}

template <class T>
void transpose_in_place_of(Index extent, std::byte* matrix, Index stride) {
  const auto at = [&](Index i, Index j) { return matrix + i * stride + j * Index{sizeof(T)}; };
#if COW_HAS_TILES
  constexpr Index kSide = Tile<T>::kSide;
#else
  constexpr Index kSide = 8;
#endif
  for (Index i = 0; i < extent; i += kSide) {
    const Index rows = std::min(kSide, extent - i);
    for (Index k = 0; k < rows; ++k) {
      swap_transposed<T>(1, rows - k - 1, at(i + k, i + k + 1), at(i + k + 1, i + k), stride);
    }
    for (Index j = i + kSide; j < extent; j += kSide) {
#if COW_HAS_TILES
      if (j + kSide <= extent) {
        Tile<T> above, below;
        above.load(at(i, j), stride);
        above.transpose();
        below.load(at(j, i), stride);
        above.store(at(j, i), stride);
        below.transpose();
        below.store(at(i, j), stride);
        continue;
      }
#endif
      swap_transposed<T>(rows, std::min(kSide, extent - j), at(i, j), at(j, i), stride);
    }
  }
}

/// The strides are constants to the compiler.
template <class T, int kTo, int kFrom>
HWY_INLINE void copy_row_with(Index count, std::byte* to, const std::byte* from) {
  for (Index i = 0; i < count; ++i) {
    store(to + i * kTo * Index{sizeof(T)}, load<T>(from + i * kFrom * Index{sizeof(T)}));
  }
}

/// There are vectors of these.
template <class T>
constexpr bool kHasVectors = HWY_TARGET != HWY_SCALAR && sizeof(T) <= 8;

/// Highway reverses vectors of these.
template <class T>
constexpr bool kReverses = kHasVectors<T> && sizeof(T) >= 2;

template <class T>
HWY_INLINE void reverse_row(Index count, std::byte* to, const std::byte* from) {
  constexpr Index kItem = sizeof(T);
  Index i = 0;
  if constexpr (kReverses<T>) {
    const hn::ScalableTag<T> d;
    const Index lanes = static_cast<Index>(hn::Lanes(d));
    for (; i + lanes <= count; i += lanes) {
      const auto v = hn::LoadU(d, reinterpret_cast<const T*>(from - (i + lanes - 1) * kItem));
      hn::StoreU(hn::Reverse(d, v), d, reinterpret_cast<T*>(to + i * kItem));
    }
  }
  copy_row_with<T, 1, -1>(count - i, to + i * kItem, from - i * kItem);
}

template <class T>
HWY_INLINE void fill_row(Index count, std::byte* to, T value) {
  constexpr Index kItem = sizeof(T);
  Index i = 0;
  if constexpr (kHasVectors<T>) {
    const hn::ScalableTag<T> d;
    const Index lanes = static_cast<Index>(hn::Lanes(d));
    const auto v = hn::Set(d, value);
    for (; i + 4 * lanes <= count; i += 4 * lanes) {
#pragma GCC unroll 4
      for (Index k = 0; k < 4; ++k) {
        hn::StoreU(v, d, reinterpret_cast<T*>(to + (i + k * lanes) * kItem));
      }
    }
    for (; i + lanes <= count; i += lanes) hn::StoreU(v, d, reinterpret_cast<T*>(to + i * kItem));
  }
  for (; i < count; ++i) store(to + i * kItem, value);
}

/// Short rows are not worth a call.
HWY_INLINE void copy_bytes(std::byte* to, const std::byte* from, Index bytes) {
  const hn::ScalableTag<std::uint8_t> d;
  const Index lanes = static_cast<Index>(hn::Lanes(d));
  if (HWY_TARGET == HWY_SCALAR || bytes < lanes || bytes > 8 * lanes) {
    std::memcpy(to, from, static_cast<std::size_t>(bytes));
    return;
  }
  const auto copy_vector = [&](Index i) {
    hn::StoreU(hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(from + i)), d,
               reinterpret_cast<std::uint8_t*>(to + i));
  };
  for (Index i = 0; i + lanes < bytes; i += lanes) copy_vector(i);
  copy_vector(bytes - lanes);
}

template <class T>
HWY_INLINE void copy_row_of(Index count, std::byte* to, Index to_stride, const std::byte* from,
                            Index from_stride) {
  constexpr Index kItem = sizeof(T);
  if (to_stride == kItem) {
    if (from_stride == kItem) return copy_bytes(to, from, count * kItem);
    if (from_stride == 0) return fill_row(count, to, load<T>(from));
    if (from_stride == -kItem) return reverse_row<T>(count, to, from);
    if (from_stride == 2 * kItem) return copy_row_with<T, 1, 2>(count, to, from);
  }
  if (from_stride == 0) {
    const T value = load<T>(from);
#pragma GCC unroll 4
    for (Index i = 0; i < count; ++i) store(to + i * to_stride, value);
    return;
  }
#pragma GCC unroll 4
  for (Index i = 0; i < count; ++i) store(to + i * to_stride, load<T>(from + i * from_stride));
}

/// Elements until `to` is at the beginning of a line; all if that never is.
template <class T>
HWY_INLINE Index count_to_line(const std::byte* to, Index count) {
  const Index bytes = -static_cast<Index>(reinterpret_cast<std::uintptr_t>(to)) & (kLineBytes - 1);
  return bytes % Index{sizeof(T)} != 0 ? count : std::min(count, bytes / Index{sizeof(T)});
}

/// By way of the first cache, a few lines at a time.
template <class T>
HWY_INLINE void stream_row_of(Index count, std::byte* to, const std::byte* from,
                              Index from_stride) {
  constexpr Index kItem = sizeof(T);
  constexpr Index kChunk = 1024 / kItem;
  if (from_stride == kItem) return stream_bytes_here(to, from, count * kItem);
  alignas(kLineBytes) std::byte chunk[kChunk * kItem];
  Index i = count_to_line<T>(to, count);
  copy_row_of<T>(i, to, kItem, from, from_stride);
  for (; i < count; i += kChunk) {
    const Index items = std::min(kChunk, count - i);
    copy_row_of<T>(items, chunk, kItem, from + i * from_stride, from_stride);
    stream_bytes_here(to + i * kItem, chunk, items * kItem);
  }
}

/// Rows of fewer bytes are not worth streaming.
constexpr Index kStreamedRowBytes = 8192;

template <class T>
void copy_rows_of(Index rows, Index columns, const PlaneOf<std::byte>& to,
                  const PlaneOf<const std::byte>& from, bool stream) {
  constexpr Index kItem = sizeof(T);
  // Processors write whole lines of one value as fast without being told.
  const bool fills = from.column_stride == 0;
  if (stream && !fills && to.column_stride == kItem && columns * kItem >= kStreamedRowBytes) {
    for (Index i = 0; i < rows; ++i) {
      stream_row_of<T>(columns, to.row(i), from.row(i), from.column_stride);
    }
    return;
  }
  for (Index i = 0; i < rows; ++i) {
    copy_row_of<T>(columns, to.row(i), to.column_stride, from.row(i), from.column_stride);
  }
}

template <class T>
void swap_rows_of(Index count, std::byte* a, Index a_stride, std::byte* b, Index b_stride) {
  constexpr Index kItem = sizeof(T);
  Index i = 0;
  if constexpr (kReverses<T>) {
    const hn::ScalableTag<T> d;
    const Index lanes = static_cast<Index>(hn::Lanes(d));
    if (a_stride == kItem && b_stride == -kItem) {
      for (; i + lanes <= count; i += lanes) {
        T* const x = reinterpret_cast<T*>(a + i * kItem);
        T* const y = reinterpret_cast<T*>(b - (i + lanes - 1) * kItem);
        const auto kept = hn::LoadU(d, x);
        hn::StoreU(hn::Reverse(d, hn::LoadU(d, y)), d, x);
        hn::StoreU(hn::Reverse(d, kept), d, y);
      }
    } else if (a_stride == kItem && b_stride == kItem) {
      for (; i + lanes <= count; i += lanes) {
        T* const x = reinterpret_cast<T*>(a + i * kItem);
        T* const y = reinterpret_cast<T*>(b + i * kItem);
        const auto kept = hn::LoadU(d, x);
        hn::StoreU(hn::LoadU(d, y), d, x);
        hn::StoreU(kept, d, y);
      }
    }
  }
  for (; i < count; ++i) {
    const T kept = load<T>(a + i * a_stride);
    store(a + i * a_stride, load<T>(b + i * b_stride));
    store(b + i * b_stride, kept);
  }
}

/// Calls `fn(T())` for an element type of this size.
template <class Fn>
HWY_INLINE void with_item(Index itemsize, Fn fn) {
  switch (itemsize) {
    case 1:
      return fn(std::uint8_t());
    case 2:
      return fn(std::uint16_t());
    case 4:
      return fn(std::uint32_t());
    case 8:
      return fn(std::uint64_t());
    default:
      return fn(Pair());
  }
}

void copy_rows_here(Index itemsize, Index rows, Index columns, const PlaneOf<std::byte>& to,
                    const PlaneOf<const std::byte>& from, bool stream) {
  with_item(itemsize,
            [&](auto item) { copy_rows_of<decltype(item)>(rows, columns, to, from, stream); });
}

void transpose_plane_here(Index itemsize, Index rows, Index columns, std::byte* to, Index to_stride,
                          const std::byte* from, Index from_stride, bool stream) {
  with_item(itemsize, [&](auto item) {
    transpose_plane_of<decltype(item)>(rows, columns, to, to_stride, from, from_stride, stream);
  });
}

void swap_rows_here(Index itemsize, Index count, std::byte* a, Index a_stride, std::byte* b,
                    Index b_stride) {
  with_item(itemsize,
            [&](auto item) { swap_rows_of<decltype(item)>(count, a, a_stride, b, b_stride); });
}

void transpose_in_place_here(Index itemsize, Index extent, std::byte* matrix, Index stride) {
  with_item(itemsize,
            [&](auto item) { transpose_in_place_of<decltype(item)>(extent, matrix, stride); });
}

#undef COW_HAS_TILES

}  // namespace cow::internal::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cow::internal {

HWY_EXPORT(copy_rows_here);
HWY_EXPORT(stream_bytes_here);
HWY_EXPORT(transpose_plane_here);
HWY_EXPORT(swap_rows_here);
HWY_EXPORT(transpose_in_place_here);

namespace {

/// A plane whose rows are long ways through the source.
void copy_blocks(Index itemsize, Index rows, Index columns, const PlaneOf<std::byte>& to,
                 const PlaneOf<const std::byte>& from) {
  constexpr Index kBlock = 32;
  for (Index i = 0; i < rows; i += kBlock) {
    for (Index j = 0; j < columns; j += kBlock) {
      HWY_DYNAMIC_DISPATCH(copy_rows_here)
      (itemsize, std::min(kBlock, rows - i), std::min(kBlock, columns - j), to.block(i, j),
       from.block(i, j), false);
    }
  }
}

}  // namespace

void copy_plane(Index itemsize, Index rows, Index columns, const PlaneOf<std::byte>& to,
                const PlaneOf<const std::byte>& from, bool stream) {
  const Index down = std::abs(from.row_stride), along = std::abs(from.column_stride);
  if (rows < kFewestTransposedRows || down < itemsize || along <= down) {
    HWY_DYNAMIC_DISPATCH(copy_rows_here)(itemsize, rows, columns, to, from, stream);
  } else if (down == itemsize && to.column_stride == itemsize) {
    // Bottom up, if that is how the source's columns ascend.
    const bool turn = from.row_stride < 0;
    HWY_DYNAMIC_DISPATCH(transpose_plane_here)
    (itemsize, rows, columns, turn ? to.row(rows - 1) : to.address,
     turn ? -to.row_stride : to.row_stride, turn ? from.row(rows - 1) : from.address,
     from.column_stride, stream);
  } else {
    copy_blocks(itemsize, rows, columns, to, from);
  }
}

void stream_bytes(std::byte* to, const std::byte* from, Index bytes) {
  HWY_DYNAMIC_DISPATCH(stream_bytes_here)(to, from, bytes);
}

void end_streams() { hwy::FlushStream(); }

void swap_rows(Index itemsize, Index count, std::byte* a, Index a_stride, std::byte* b,
               Index b_stride) {
  HWY_DYNAMIC_DISPATCH(swap_rows_here)(itemsize, count, a, a_stride, b, b_stride);
}

void transpose_in_place(Index itemsize, Index extent, std::byte* matrix, Index stride) {
  HWY_DYNAMIC_DISPATCH(transpose_in_place_here)(itemsize, extent, matrix, stride);
}

}  // namespace cow::internal
#endif  // HWY_ONCE
