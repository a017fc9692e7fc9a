// Control: a window on a ring buffer is written on purpose, as a scope says.
// Prints: 5

#include <iostream>

#include "cow/cow.h"
#include "cow/diagnostics/alias_ok.h"

int main() {
  auto ring = cow::zeros<int>({8}).label("ring");
  auto window = ring[cow::slice(2, 7)].label("window");
  {
    cow::AliasOk ok("the window is where the ring is filled");
    window.fill(1);
  }
  std::cout << ring.sum() << "\n";
}
