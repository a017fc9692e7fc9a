// A buffer for each thread, all of them one: the vector's constructor copies a handle.
// Thread: LBANN/lbann#543
// Prints: 7 7 7
// Meant:  1 2 4

#include <iostream>
#include <vector>

#include "cow/cow.h"

namespace {

void count(std::vector<cow::Array<int>>& sums) {
  for (int worker = 0; worker < 3; ++worker) {
    sums[worker](0) += 1 << worker;  // AS001
  }
  std::cout << sums[0](0) << " " << sums[1](0) << " " << sums[2](0) << "\n";
}

void bug() {
  std::vector<cow::Array<int>> sums(3, cow::zeros<int>({1}));
  count(sums);
}

void fixed() {
  std::vector<cow::Array<int>> sums;
  for (int worker = 0; worker < 3; ++worker) sums.push_back(cow::zeros<int>({1}));
  count(sums);
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
