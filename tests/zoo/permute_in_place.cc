// Columns are put into another order, into a "new" matrix that is the old one.
// Thread: kthohr/optim#22
// Prints: [3 3 3]
// Meant:  [3 1 2]

#include <iostream>

#include "cow/cow.h"

namespace {

void bug() {
  auto m = cow::array<int>({{1, 2, 3}, {1, 2, 3}}).label("m");
  auto permuted = m;
  const int order[] = {2, 0, 1};
  for (int j = 0; j < 3; ++j) {
    permuted[{cow::all, j}] = m[{cow::all, order[j]}];  // AS001
  }
  std::cout << permuted[0] << "\n";
}

void fixed() {
  auto m = cow::array<int>({{1, 2, 3}, {1, 2, 3}}).label("m");
  cow::Array<int> permuted = m[{cow::all, cow::index_list({2, 0, 1})}];
  std::cout << permuted[0] << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
