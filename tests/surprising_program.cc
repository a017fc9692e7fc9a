// A program with one surprise, for auto_install_test: prints what the base shows.

#include <iostream>

#include "cow/cow.h"

int main() {
  auto base = cow::arange<int>(4).label("base");
  auto view = base[cow::slice(1, 3)].label("view");
  view(0) = 70;
  std::cout << base << std::endl;
  view(1) = 80;
  std::cout << base << "\n";
  return 3;
}
