// A function takes an image by const reference and changes it: its working copy is a handle.
// Thread: opencv/opencv#4420
// Prints: contrast 1, of an image whose sum is 0
// Meant:  contrast 1, of an image whose sum is 4

#include <iostream>

#include "cow/cow.h"

namespace {

double contrast_by_handle(const cow::Array<double>& image) {
  cow::Array<double> work = image;
  work -= image.mean();  // AS001
  return work.max();
}

double contrast_by_copy(const cow::Array<double>& image) {
  cow::Array<double> work = image.copy();
  work -= image.mean();
  return work.max();
}

void bug() {
  auto image = cow::array<double>({{0, 2}, {0, 2}}).label("image");
  std::cout << "contrast " << contrast_by_handle(image);
  std::cout << ", of an image whose sum is " << image.sum() << "\n";
}

void fixed() {
  auto image = cow::array<double>({{0, 2}, {0, 2}}).label("image");
  std::cout << "contrast " << contrast_by_copy(image);
  std::cout << ", of an image whose sum is " << image.sum() << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
