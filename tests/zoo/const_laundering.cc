// A function makes writeable what it got as const, and blanks the first row of the caller's image.
// Thread: opencv/opencv#7298
// Prints: 2 of 2
// Meant:  2 of 4

#include <iostream>

#include "cow/cow.h"

namespace {

int without_first_row(const cow::Array<int>& image) {
  auto row = image[0];
  row.set_writeable(true);
  row.fill(0);  // AS004 for what it does, AS001 for what others see
  return image.sum();
}

int without_first_row_of_copy(const cow::Array<int>& image) {
  auto copy = image.copy();
  copy[0] = 0;
  return copy.sum();
}

void bug() {
  auto image = cow::ones<int>({2, 2}).label("image");
  std::cout << without_first_row(image);
  std::cout << " of " << image.sum() << "\n";
}

void fixed() {
  auto image = cow::ones<int>({2, 2}).label("image");
  std::cout << without_first_row_of_copy(image);
  std::cout << " of " << image.sum() << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
