// A part of a frame is mirrored into another part, which it overlaps. The answer is right here, but
// this loop was promised to copy nothing: the broken promise ends the program.
// Thread: opencv/opencv#27429
// Prints:
// Meant:  [4 2 1 4 0]

#include <iostream>

#include "cow/cow.h"
#include "cow/diagnostics/alias_ok.h"

namespace {

void bug() {
  auto frame = cow::array<int>({4, 1, 2, 3, 0}).label("frame");
  cow::NoOverlap promise;
  frame[cow::slice(1, 4)] = frame[cow::slice(0, 3)].flip();  // AS003
  std::cout << frame << "\n";
}

void fixed() {
  auto frame = cow::array<int>({4, 1, 2, 3, 0}).label("frame");
  auto scratch = cow::zeros<int>({3});
  cow::NoOverlap promise;
  scratch.assign(frame[cow::slice(0, 3)].flip());
  frame[cow::slice(1, 4)] = scratch;
  std::cout << frame << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
