// A filter is called with its input as its output, and reads what it has just written.
// Thread: opencv/opencv#8149
// Prints: [0 3 4 5]
// Meant:  [0 3 6 6]

#include <iostream>

#include "cow/cow.h"

namespace {

/// The mean of each element and the one before it.
void blur(const cow::Array<int>& source, cow::Array<int>& result) {
  for (int i = 1; i < source.size(); ++i) {
    result(i) = (source(i - 1) + source(i)) / 2;  // AS001
  }
}

void bug() {
  auto image = cow::array<int>({0, 6, 6, 6}).label("image");
  auto result = image;
  blur(image, result);
  std::cout << result << "\n";
}

void fixed() {
  auto image = cow::array<int>({0, 6, 6, 6}).label("image");
  auto result = image.copy();
  blur(image, result);
  std::cout << result << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
