// Two rows change places by way of a temporary, which is a view of the first.
// Thread: numpy/numpy#14428
// Prints: [2 2]
// Meant:  [2 1]

#include <iostream>

#include "cow/cow.h"

namespace {

void bug() {
  auto m = cow::array<int>({{1, 1}, {2, 2}}).label("m");
  auto first = m[0].label("first");
  m[0] = m[1];  // AS001
  m[1] = first;
  std::cout << m[{cow::all, 0}] << "\n";
}

void fixed() {
  auto m = cow::array<int>({{1, 1}, {2, 2}}).label("m");
  auto first = m[0].copy().label("first");
  m[0] = m[1];
  m[1] = first;
  std::cout << m[{cow::all, 0}] << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
