// A history of observations moves on by one, step by step and from the wrong end. The fix is one
// assignment, which copes with the overlap.
// Thread: NM512/r2dreamer#9
// Prints: [1 1 1 1]
// Meant:  [1 1 2 3]

#include <iostream>

#include "cow/cow.h"

namespace {

void bug() {
  auto history = cow::array<int>({1, 2, 3, 4}).label("history");
  auto newer = history[cow::slice(1, cow::none)].label("newer");
  auto older = history[cow::slice(cow::none, -1)].label("older");
  for (int i = 0; i < older.size(); ++i) {
    newer(i) = older(i);  // AS001
  }
  std::cout << history << "\n";
}

void fixed() {
  auto history = cow::array<int>({1, 2, 3, 4}).label("history");
  history[cow::slice(1, cow::none)] = history[cow::slice(cow::none, -1)];
  std::cout << history << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
