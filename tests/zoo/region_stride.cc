// Control: a part of an image is read row by row by its strides, not as if its rows were joined.
// Thread: lagadic/visp#1553
// Prints: 1 2 5 6

#include <iostream>

#include "cow/cow.h"

int main() {
  const auto image = cow::arange<int>(12).reshape({3, 4}).label("image");
  const auto part = image[{cow::slice(2), cow::slice(1, 3)}];
  const auto span = part.span<2>();
  std::cout << span(0, 0) << " " << span(0, 1) << " " << span(1, 0) << " " << span(1, 1) << "\n";
}
