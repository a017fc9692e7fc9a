// A matrix becomes its own transpose, element by element: half of it is lost.
// Thread: dartsim/dart#748
// Prints: [1 3 3 4]
// Meant:  [1 3 2 4]

#include <iostream>

#include "cow/cow.h"

namespace {

void copy_elements(const cow::Array<int>& source, cow::Array<int>& result) {
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 2; ++j) {
      result(i, j) = source(i, j);  // AS001
    }
  }
}

void bug() {
  auto m = cow::array<int>({{1, 2}, {3, 4}}).label("m");
  auto transposed = m.T().label("transposed");
  copy_elements(transposed, m);
  std::cout << m.ravel() << "\n";
}

void fixed() {
  auto m = cow::array<int>({{1, 2}, {3, 4}}).label("m");
  m.assign(m.T());
  std::cout << m.ravel() << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
