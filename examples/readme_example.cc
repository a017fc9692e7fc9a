#include <iostream>

#include "cow/cow.h"

int main() {
  auto prices = cow::array<double>({{10, 20, 30}, {40, 50, 60}}).label("prices");

  auto today = prices[1].label("today");       // a view: no element is copied
  today *= 1.25;                               // writes prices, too
  std::cout << "prices:\n" << prices << "\n";  // reported: 50 was 40

  auto safe = prices[1].copy();  // a copy: nothing to report
  safe.fill(0);

  auto total = prices[0].ref().label("total");  // a view that is meant to write through
  total(0) = 99;
  std::cout << "prices:\n" << prices << "\n";
}
