// Control: windows that overlap are only read.
// Prints: [1. 2. 3.]

#include <iostream>

#include "cow/cow.h"

int main() {
  const auto signal = cow::arange<double>(5).label("signal");
  const auto windows = signal.sliding_window_view({3});
  std::cout << windows.mean(1) << "\n";
}
