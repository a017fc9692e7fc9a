// Control: a fast Fourier transform in place, by declared views of the two halves.
// Prints: 4 4 4 4 4 4 4 4

#include <cmath>
#include <complex>
#include <iostream>

#include "cow/cow.h"

namespace {

using cow::slice;
using Complex = std::complex<double>;
using Signal = cow::Array<Complex>;

/// Leaves the frequencies in bit-reversed order.
void transform(Signal& x) {
  if (x.size() == 1) return;
  const auto half = x.size() / 2;
  Signal low = x[slice(half)].ref();
  Signal high = x[slice(half, cow::none)].ref();
  for (int i = 0; i < half; ++i) {
    const Complex a = low(i), b = high(i);
    low(i) = a + b;
    high(i) = (a - b) * std::polar(1.0, -M_PI * i / half);
  }
  transform(low);
  transform(high);
}

}  // namespace

int main() {
  Signal impulse = cow::zeros<Complex>({8}).label("impulse");
  impulse(3) = 4;
  transform(impulse);
  for (int i = 0; i < 8; ++i) {
    std::cout << (i > 0 ? " " : "") << std::abs(static_cast<Complex>(impulse(i)));
  }
  std::cout << "\n";
}
