// A row is taken out by a list of positions, which copies, and then edited.
// Thread: xtensor-stack/xtensor#2472
// Prints: 0
// Meant:  9

#include <iostream>

#include "cow/cow.h"

namespace {

void bug() {
  auto m = cow::zeros<int>({3, 2}).label("m");
  auto row = m[cow::index_list({0})];
  row.fill(9);  // AS006
  std::cout << m(0, 0) << "\n";
}

void fixed() {
  auto m = cow::zeros<int>({3, 2}).label("m");
  m[cow::index_list({0})] = 9;
  std::cout << m(0, 0) << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
