// Control: slices whose elements lie between each other's, each written by itself.
// Thread: PyO3/rust-numpy#274
// Prints: 0 0 0 1 1 1 2 2 2

#include <iostream>

#include "cow/cow.h"

int main() {
  auto pixels = cow::full<int>({9}, 7);
  cow::Array<int> channels[] = {pixels[cow::slice(0, cow::none, 3)].label("red"),
                                pixels[cow::slice(1, cow::none, 3)].label("green"),
                                pixels[cow::slice(2, cow::none, 3)].label("blue")};
  for (int c = 0; c < 3; ++c) channels[c].fill(c);
  const char* separator = "";
  for (const auto& channel : channels) {
    for (int i = 0; i < 3; ++i) {
      std::cout << separator << channel(i);
      separator = " ";
    }
  }
  std::cout << "\n";
}
