// A function means to support being called in place, but compares objects, not memory: the angle
// is computed from the length that has just replaced x.
// Thread: opencv/opencv#21767
// Prints: 35 degrees
// Meant:  45 degrees

#include <cmath>
#include <iostream>

#include "cow/cow.h"

namespace {

using Array = cow::Array<double>;

void polar(const Array& x, const Array& y, Array& length, Array& angle, bool is_in_place) {
  if (is_in_place) return polar(x.copy(), y, length, angle, false);
  for (int i = 0; i < x.size(); ++i) {
    length(i) = std::hypot(x(i), y(i));  // AS001
    angle(i) = std::atan2(y(i), x(i)) * 180 / M_PI;
  }
}

void bug() {
  auto x = cow::ones<double>({3}).label("x"), y = cow::ones<double>({3}).label("y");
  Array length = x, angle = cow::zeros<double>({3});
  polar(x, y, length, angle, &x == &length);
  std::cout << std::lround(angle(0)) << " degrees\n";
}

void fixed() {
  auto x = cow::ones<double>({3}).label("x"), y = cow::ones<double>({3}).label("y");
  Array length = x, angle = cow::zeros<double>({3});
  polar(x, y, length, angle, cow::shares_memory(x, length));
  std::cout << std::lround(angle(0)) << " degrees\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
