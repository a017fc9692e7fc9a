// Control: a matrix is filled through views of its rows, which are declared as such.
// Prints: [0 0 1 1 2 2]

#include <iostream>
#include <vector>

#include "cow/cow.h"

int main() {
  auto m = cow::zeros<int>({3, 2}).label("m");
  std::vector<cow::Array<int>> rows;
  for (int i = 0; i < 3; ++i) rows.push_back(m[i].ref());
  for (int i = 0; i < 3; ++i) rows[i].fill(i);
  std::cout << m.ravel() << "\n";
}
