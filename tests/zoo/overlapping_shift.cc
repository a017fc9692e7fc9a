// Control: a block of a matrix moves onto itself, down and to the right. The answer is right, and
// needs no hidden copy (AS003 would tell of one): the rows are taken from the other end.
// Thread: jfalcou/nt2#958
// Prints: [1 2 3 4 1 2 7 4 5]

#include <iostream>

#include "cow/cow.h"

extern "C" const char* alsan_default_options() { return "AS003=warn"; }

int main() {
  auto a = cow::array<int>({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}).label("a");
  a[{cow::slice(1, cow::none), cow::slice(1, cow::none)}] =
      a[{cow::slice(cow::none, -1), cow::slice(cow::none, -1)}];
  std::cout << a.ravel() << "\n";
}
