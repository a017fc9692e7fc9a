#include "cow/core/random.h"

#include <cmath>
#include <limits>
#include <random>

#include "cow/core/creation.h"

namespace cow {

template <std::floating_point E>
Array<E> random_uniform(Shape shape, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  constexpr int kBits = std::numeric_limits<E>::digits;
  return internal::generate<E>(shape, [&](Index) {
    return std::ldexp(static_cast<E>(generator() >> (64 - kBits)), -kBits);
  });
}

template Array<float> random_uniform<float>(Shape shape, std::uint64_t seed);
template Array<double> random_uniform<double>(Shape shape, std::uint64_t seed);

}  // namespace cow
