// Control: a column is copied to another of the same matrix. They have a base in common, and not
// one element.
// Thread: nv-legate/cupynumeric#16
// Prints: [3 2 3] [6 5 6]

#include <iostream>

#include "cow/cow.h"

int main() {
  auto m = cow::array<int>({{1, 2, 3}, {4, 5, 6}}).label("m");
  auto middle = m[{cow::all, 1}].label("middle");
  auto last = m[{cow::all, 2}].label("last");
  m[{cow::all, 0}] = m[{cow::all, 2}];
  middle.assign(middle);  // writes what only `m` could see, and changes nothing
  last.assign(last);
  std::cout << m[0] << " " << m[1] << "\n";
}
