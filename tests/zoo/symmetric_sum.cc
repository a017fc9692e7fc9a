// x += x.T: wrong in NumPy before 1.13 and in most C++ libraries, right here, at the price of a
// hidden copy. Who asks for it with AS003=warn is told the line and the bytes.
// Thread: numpy/numpy#1683
// Prints: [2 5 5 8]
// Meant:  [2 5 5 8]

#include <iostream>

#include "cow/cow.h"

extern "C" const char* alsan_default_options() { return "AS003=warn"; }

namespace {

void bug() {
  auto x = cow::array<int>({{1, 2}, {3, 4}}).label("x");
  x += x.T();  // AS003
  std::cout << x.ravel() << "\n";
}

void fixed() {
  auto x = cow::array<int>({{1, 2}, {3, 4}}).label("x");
  x += x.T().copy();
  std::cout << x.ravel() << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
