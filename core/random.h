#ifndef COW_CORE_RANDOM_H_
#define COW_CORE_RANDOM_H_

#include <concepts>
#include <random>

#include "cow/core/creation.h"

namespace cow {

/// Numbers uniform in [0, 1), the same for the same seed on every machine (`std::mt19937_64`, its
/// upper bits). O(size). Errors: as the other functions that make arrays.
template <std::floating_point E>
Array<E> random_uniform(Shape shape, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  constexpr int kBits = std::numeric_limits<E>::digits;
  return internal::generate<E>(shape, [&](Index) {
    return std::ldexp(static_cast<E>(generator() >> (64 - kBits)), -kBits);
  });
}

}  // namespace cow

#endif  // COW_CORE_RANDOM_H_
