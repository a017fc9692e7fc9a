#include <iostream>

#include "cow/cow.h"
#include "cow/diagnostics/blame.h"

void clip(cow::Array<double> column) { column[column > 50.0] = 50; }

int main() {
  auto table = cow::array<double>({{10, 20, 30}, {40, 50, 60}, {70, 80, 90}}).label("table");
  auto last = table[{cow::all, 2}].ref().label("last");
  last *= 2;
  clip(table.T()[2].ref().label("column"));
  table[0] = 1;

  std::cout << blame(table, {1, 2}) << "\n" << blame(table);
}
