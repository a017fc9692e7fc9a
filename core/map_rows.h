#ifndef COW_CORE_MAP_ROWS_H_
#define COW_CORE_MAP_ROWS_H_

#include <array>
#include <cstddef>
#include <utility>

#include "cow/core/iterate.h"

/// A function of the elements of several arrays, element by element, at the speed of loops over
/// memory without gaps whatever the layouts are.
namespace cow::internal {

/// A loop over `count` elements without gaps: `rows[0]` is where results go, `rows[k]` where
/// operand k's elements are. `context` is the function.
using RowLoop = void (*)(const void* context, std::byte* const* rows, Index count);

/// Whether `loop` may be called on the rows of the walk as they are. `itemsizes`: an operand each.
bool rows_are_ready(const Walk& walk, absl::Span<const Index> itemsizes);

/// Calls `loop` on blocks of rows that are ready for it: what has gaps goes through the first
/// cache, operands that lie across the result are transposed there, and large results are written
/// around the caches.
void map_in_blocks(const Walk& walk, absl::Span<const Index> itemsizes, RowLoop loop,
                   const void* context);

template <class Out, class Fn, class... In>
void map_row(Fn& fn, Index count, Out* out, const In*... in) {
  // An operand is the result, element by element, or has nothing in common with it.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC ivdep
#endif
  for (Index i = 0; i < count; ++i) out[i] = fn(in[i]...);
}

/// `out = fn(in...)` for each element: operand 0 has elements of `Out`, the others of `In`. No
/// operand overlaps the result unless it is the result; elements of the result do not overlap.
template <class Out, class... In, class Fn>
void map_elements(Shape shape, const std::array<Operand, 1 + sizeof...(In)>& operands,
                  const Fn& fn) {
  static constexpr Index kItemsizes[] = {sizeof(Out), sizeof(In)...};
  const RowLoop loop = [](const void* context, std::byte* const* rows, Index count) {
    // A copy: what it holds might be among the results, for all that compilers know.
    Fn row_fn = *static_cast<const Fn*>(context);
    [&]<std::size_t... K>(std::index_sequence<K...>) {
      map_row(row_fn, count, reinterpret_cast<Out*>(rows[0]),
              reinterpret_cast<const In*>(rows[K + 1])...);
    }
    (std::index_sequence_for<In...>());
  };
  const Walk walk(shape, operands, Order::kAny);
  if (!rows_are_ready(walk, kItemsizes)) return map_in_blocks(walk, kItemsizes, loop, &fn);
  walk.run<1 + sizeof...(In)>(
      [&](const auto& at, const auto& /*strides*/, Index count) { loop(&fn, at.data(), count); });
}

}  // namespace cow::internal

#endif  // COW_CORE_MAP_ROWS_H_
