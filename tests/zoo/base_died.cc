// Control: a view is written when the array that it was made from is gone: nobody else can see it.
// Thread: pandas-dev/pandas#14150
// Prints: [0 0 0]

#include <iostream>

#include "cow/cow.h"

namespace {

cow::Array<int> middle_of_a_new_array() {
  auto whole = cow::arange<int>(5).label("whole");
  return whole[cow::slice(1, 4)];
}

}  // namespace

int main() {
  auto middle = middle_of_a_new_array();
  middle.fill(0);
  std::cout << middle << "\n";
}
