#ifndef COW_CORE_ELEMENTWISE_H_
#define COW_CORE_ELEMENTWISE_H_

#include <array>
#include <cstddef>
#include <utility>

#include "cow/core/iterate.h"

namespace cow::internal {

template <class T>
T& element_at(std::byte* address) {
  return *reinterpret_cast<T*>(address);
}

/// Calls `fn(out, in...)` for each element of `Out` and of the inputs of types `In`, which have one
/// shape. Rows without gaps get a loop of their own, which the compiler can vectorise. Loops take
/// four elements, or vectors, a turn: with one, it depends on where the loop lies how long a turn
/// takes.
template <class Out, class... In, class Fn>
void for_each_element(Shape shape, const std::array<Operand, 1 + sizeof...(In)>& operands, Fn fn,
                      Order order = Order::kGiven) {
  constexpr std::size_t kCount = 1 + sizeof...(In);
  Walk(shape, operands, order)
      .template run<kCount>([&]<std::size_t... K>(std::index_sequence<K...>) {
        return [&fn](const auto& at, const auto& strides, Index count) {
          const bool dense = strides[0] == sizeof(Out) &&
                             (... && (strides[K + 1] == static_cast<Index>(sizeof(In))));
          if (dense) {
            Out* out = reinterpret_cast<Out*>(at[0]);
#pragma GCC unroll 4
            for (Index i = 0; i < count; ++i) {
              fn(out[i], reinterpret_cast<const In*>(at[K + 1])[i]...);
            }
            return;
          }
#pragma GCC unroll 4
          for (Index i = 0; i < count; ++i) {
            fn(element_at<Out>(at[0] + i * strides[0]),
               element_at<const In>(at[K + 1] + i * strides[K + 1])...);
          }
        };
      }(std::index_sequence_for<In...>()));
}

}  // namespace cow::internal

#endif  // COW_CORE_ELEMENTWISE_H_
