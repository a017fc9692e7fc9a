// Weights are loaded through a reshape that had to copy.
// Thread: microsoft/DeepSpeed#2489
// Prints: 0
// Meant:  10

#include <iostream>

#include "cow/cow.h"

namespace {

void bug() {
  auto weights = cow::zeros<int>({2, 2}).label("weights");
  const auto loaded = cow::array<int>({1, 2, 3, 4});
  weights.T().reshape({4}).assign(loaded);  // AS006
  std::cout << weights.sum() << "\n";
}

void fixed() {
  auto weights = cow::zeros<int>({2, 2}).label("weights");
  const auto loaded = cow::array<int>({1, 2, 3, 4});
  weights.T().assign(loaded.reshape({2, 2}));
  std::cout << weights.sum() << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
