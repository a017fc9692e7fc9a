// A program of somebody who uses cow_array: it changes an array through a view and then reads it.

#include <iostream>

#include "core/array.h"
#include "cow/cow.h"

int main() {
  std::cout << kArrayHeader << "\n";

  cow::Array<double> a = cow::zeros<double>({3, 4});
  a.label("a");
  auto row = a[1];
  row.label("row");
  row.fill(7);
  std::cout << a << "\n";
}
