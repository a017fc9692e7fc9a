// To fit a model changes the user's matrix: a parameter taken by value is one more handle of it.
// Thread: scikit-learn/scikit-learn#24340
// Prints: fitted 22, of a matrix with trace 22
// Meant:  fitted 22, of a matrix with trace 2

#include <iostream>

#include "cow/cow.h"

namespace {

double fit(cow::Array<double> kernel) {
  kernel.diagonal() += 10;  // AS001
  return kernel.sum();
}

void bug() {
  auto kernel = cow::eye<double>(2).label("kernel");
  std::cout << "fitted " << fit(kernel);
  std::cout << ", of a matrix with trace " << kernel.diagonal().sum() << "\n";
}

void fixed() {
  auto kernel = cow::eye<double>(2).label("kernel");
  std::cout << "fitted " << fit(kernel.copy());
  std::cout << ", of a matrix with trace " << kernel.diagonal().sum() << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
