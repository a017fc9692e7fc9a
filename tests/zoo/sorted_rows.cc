// Control: each row of a matrix is sorted in place, through a span of a view that has no name.
// Prints: [1 2 3 4 5 6]

#include <algorithm>
#include <iostream>

#include "cow/cow.h"

int main() {
  auto m = cow::array<int>({{3, 1, 2}, {6, 5, 4}}).label("m");
  for (int i = 0; i < 2; ++i) {
    auto row = m[i].mutable_span<1>();
    std::sort(row.data(), row.data() + row.size());
  }
  std::cout << m.ravel() << "\n";
}
