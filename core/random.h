#ifndef COW_CORE_RANDOM_H_
#define COW_CORE_RANDOM_H_

#include <concepts>
#include <cstdint>

#include "cow/core/array.h"

namespace cow {

/// Numbers uniform in [0, 1), the same for the same seed on every machine (`std::mt19937_64`, its
/// upper bits). O(size). Errors: as the other functions that make arrays.
template <std::floating_point E>
Array<E> random_uniform(Shape shape, std::uint64_t seed);

}  // namespace cow

#endif  // COW_CORE_RANDOM_H_
