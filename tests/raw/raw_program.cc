// A program for raw_writes_test. `stale`: writes through a pointer that outlived its span.
// `fault`: then through a null pointer.

#include <cstdlib>
#include <iostream>
#include <string>

#include "cow/cow.h"

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  auto a = cow::zeros<double>({2, 3}).label("a");
  double* kept = nullptr;
  {
    auto span = a.mutable_span<2>();
    kept = &span(1, 0);
    for (int i = 0; i < 3; ++i) span(0, i) = i;
  }
  a(0, 0) = 4;
  if (what != "") kept[1] = 5;
  std::cout << a << std::endl;
  if (what == "fault") *static_cast<volatile int*>(nullptr) = 1;
  return 3;
}
