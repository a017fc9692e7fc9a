// Control: many threads read views of one table, and nobody writes.
// Prints: 4950

#include <iostream>
#include <thread>
#include <vector>

#include "cow/cow.h"

int main() {
  const auto table = cow::arange<int>(100).reshape({4, 25}).label("table");
  std::vector<int> sums(4);
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([row = table[i], &sum = sums[i]] { sum = row.sum(); });
  }
  for (std::thread& reader : readers) reader.join();
  std::cout << sums[0] + sums[1] + sums[2] + sums[3] << "\n";
}
