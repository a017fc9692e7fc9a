#ifndef COW_CORE_MAP_ROWS_H_
#define COW_CORE_MAP_ROWS_H_

#include <array>
#include <cstddef>
#include <utility>

#include "cow/core/iterate.h"
#include "cow/core/simd.h"

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
[[gnu::always_inline]] inline void map_row(Fn& fn, Index count, Out* out, const In*... in) {
  // An operand is the result, element by element, or has nothing in common with it.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC ivdep
#endif
  for (Index i = 0; i < count; ++i) out[i] = fn(in[i]...);
}

/// The loop over rows of a function of type `Fn`.
template <class Fn, class Out, class... In>
class RowFunction {
 public:
  static RowLoop loop() {
#if defined(__x86_64__)
    if (may_use_avx2()) return &run_avx2;
#endif
    return &run_plain;
  }

 private:
  [[gnu::always_inline]] static inline void run(const void* context, std::byte* const* rows,
                                                Index count) {
    // A copy: what it holds might be among the results, for all that compilers know.
    Fn fn = *static_cast<const Fn*>(context);
    [&]<std::size_t... K>(std::index_sequence<K...>) __attribute__((always_inline)) {
      map_row(fn, count, reinterpret_cast<Out*>(rows[0]),
              reinterpret_cast<const In*>(rows[K + 1])...);
    }
    (std::index_sequence_for<In...>());
  }

  static void run_plain(const void* context, std::byte* const* rows, Index count) {
    run(context, rows, count);
  }
#if defined(__x86_64__)
  /// The same for wider vectors than compilers may use everywhere. It rounds as the other.
  [[gnu::target("avx2")]] static void run_avx2(const void* context, std::byte* const* rows,
                                               Index count) {
    run(context, rows, count);
  }
#endif
};

/// `out = fn(in...)` for each element: operand 0 has elements of `Out`, the others of `In`. No
/// operand overlaps the result unless it is the result; elements of the result do not overlap.
template <class Out, class... In, class Fn>
void map_elements(Shape shape, const std::array<Operand, 1 + sizeof...(In)>& operands,
                  const Fn& fn) {
  static constexpr Index kItemsizes[] = {sizeof(Out), sizeof(In)...};
  const RowLoop loop = RowFunction<Fn, Out, In...>::loop();
  const Walk walk(shape, operands, Order::kAny);
  if (!rows_are_ready(walk, kItemsizes)) return map_in_blocks(walk, kItemsizes, loop, &fn);
  walk.run<1 + sizeof...(In)>(
      [&](const auto& at, const auto& /*strides*/, Index count) { loop(&fn, at.data(), count); });
}

}  // namespace cow::internal

#endif  // COW_CORE_MAP_ROWS_H_
