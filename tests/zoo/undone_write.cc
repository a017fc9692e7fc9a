// Control: finite differences change an element and set it back before anybody else looks.
// Prints: slope 6, and x is still 3

#include <iostream>

#include "cow/cow.h"

namespace {

double square(const cow::Array<double>& x) { return x(0) * x(0); }

double slope(cow::Array<double> x) {
  const double before = x(0);
  x(0) = before + 1;
  const double high = square(x);
  x(0) = before - 1;
  const double low = square(x);
  x(0) = before;
  return (high - low) / 2;
}

}  // namespace

int main() {
  auto x = cow::array<double>({3}).label("x");
  const double result = slope(x);
  std::cout << "slope " << result << ", and x is still " << x(0) << "\n";
}
