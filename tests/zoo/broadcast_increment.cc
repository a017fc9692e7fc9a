// An in-place operation on a stretched array works on the same element again and again.
// Thread: pytorch/pytorch#957
// Prints: [4 4 4]
// Meant:  [2 2 2]

#include <iostream>

#include "cow/cow.h"

namespace {

void bug() {
  auto one = cow::ones<int>({1}).label("one");
  auto stretched = one.broadcast_to({3}).label("stretched");
  stretched.set_writeable(true);
  stretched += 1;  // AS002
  std::cout << stretched << "\n";
}

void fixed() {
  auto one = cow::ones<int>({1}).label("one");
  auto stretched = one.broadcast_to({3}).copy();
  stretched += 1;
  std::cout << stretched << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
