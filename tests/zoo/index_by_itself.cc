// Control: an array is written at the positions that it holds itself; NumPy 1.24 gets both wrong.
// The right answer takes a hidden copy, which only AS003=warn tells of.
// Thread: numpy/numpy#10353
// Prints: [0 1 2] [0 1 3 3]

#include <iostream>

#include "cow/cow.h"

int main() {
  auto x = cow::array<cow::Index>({2, 0, 1}).label("x");
  x[x] = x;
  auto a = cow::array<cow::Index>({0, 1, 2, 3}).label("a");
  a[cow::slice(2, cow::none)][a[cow::slice(cow::none, -2)]] = 3;
  std::cout << x << " " << a << "\n";
}
