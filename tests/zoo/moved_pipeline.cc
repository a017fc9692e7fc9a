// Control: an array goes by value through a pipeline of in-place steps; each hands it on.
// Prints: [0 4 8]

#include <iostream>
#include <utility>

#include "cow/cow.h"

namespace {

cow::Array<int> doubled(cow::Array<int> x) {
  x *= 2;
  return x;
}

}  // namespace

int main() {
  auto x = cow::arange<int>(3).label("x");
  x = doubled(doubled(std::move(x)));
  std::cout << x << "\n";
}
