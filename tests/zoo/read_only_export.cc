// A read-only table is handed to a consumer that works in place. Elsewhere the flag is lost on the
// way and the table changes; here the write is refused.
// Thread: pytorch/pytorch#5442
// Prints: refused
// Meant:  [0 2 4]

#include <iostream>

#include "cow/cow.h"

namespace {

void double_in_place(cow::Array<int> tensor) {
  tensor *= 2;  // AS004
  std::cout << tensor << "\n";
}

cow::Array<int> calibration_table() {
  auto table = cow::arange<int>(3).label("table");
  table.set_writeable(false);
  return table;
}

void bug() {
  const auto table = calibration_table();
  try {
    double_in_place(table[cow::all]);
  } catch (const cow::ReadOnlyError&) {
    std::cout << "refused\n";
  }
}

void fixed() {
  const auto table = calibration_table();
  double_in_place(table.copy());
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
