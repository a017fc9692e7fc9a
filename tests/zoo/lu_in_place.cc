// Control: LU decomposition with row exchanges, all of it in one matrix.
// Prints: [4.   4.   0.   0.5  1.   3.   0.25 1.   1.  ]

#include <cmath>
#include <iostream>

#include "cow/cow.h"

namespace {

using cow::slice;

void decompose(cow::Array<double>& a) {
  const auto n = a.shape()[0];
  for (cow::Index k = 0; k < n; ++k) {
    cow::Index pivot = k;
    for (cow::Index i = k + 1; i < n; ++i) {
      if (std::abs(a(i, k)) > std::abs(a(pivot, k))) pivot = i;
    }
    const auto row = a[k].copy();
    a[k] = a[pivot];
    a[pivot] = row;
    auto below = a[{slice(k + 1, cow::none), k}].ref();
    auto right = a[{k, slice(k + 1, cow::none)}].ref();
    below /= a(k, k);
    a[{slice(k + 1, cow::none), slice(k + 1, cow::none)}] -=
        below[{cow::all, cow::newaxis}] * right;
  }
}

}  // namespace

int main() {
  auto a = cow::array<double>({{2, 3, 3}, {4, 4, 0}, {1, 2, 4}}).label("a");
  decompose(a);
  std::cout << a.ravel() << "\n";
}
