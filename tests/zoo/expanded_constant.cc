// One cell of a constant is written, and all of them change: they are one element.
// Thread: pytorch/pytorch#95989
// Prints: [9 9 9 9]
// Meant:  [0 0 9 0]

#include <iostream>

#include "cow/cow.h"

namespace {

void bug() {
  auto bias = cow::zeros<int>({1}).broadcast_to({4}).label("bias");
  bias.set_writeable(true);
  bias(2) = 9;  // AS002
  std::cout << bias << "\n";
}

void fixed() {
  auto bias = cow::zeros<int>({1}).broadcast_to({4}).copy().label("bias");
  bias(2) = 9;
  std::cout << bias << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
