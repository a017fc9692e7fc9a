// A product into a window of a matrix swaps the window with its workspace: the matrix is cut off
// from its result, and the next call uses the matrix as workspace.
// Thread: flintlib/arb#362
// Prints: 4
// Meant:  8

#include <iostream>
#include <utility>

#include "cow/cow.h"

namespace {

using Array = cow::Array<int>;

void double_by_swap(Array& window, Array& workspace) {
  workspace.assign(window + window);  // AS001
  std::swap(window, workspace);
}

void double_by_assignment(Array& window, Array& workspace) {
  workspace.assign(window + window);
  window.assign(workspace);
}

void bug() {
  auto matrix = cow::ones<int>({2, 2}).label("matrix");
  auto window = matrix[{0, cow::slice(1)}].label("window");
  auto workspace = cow::zeros<int>({1}).label("workspace");
  for (int i = 0; i < 3; ++i) double_by_swap(window, workspace);
  std::cout << matrix(0, 0) << "\n";
}

void fixed() {
  auto matrix = cow::ones<int>({2, 2}).label("matrix");
  auto window = matrix[{0, cow::slice(1)}].ref();
  auto workspace = cow::zeros<int>({1}).label("workspace");
  for (int i = 0; i < 3; ++i) double_by_assignment(window, workspace);
  std::cout << matrix(0, 0) << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
