// Control: heat flows along a rod; two buffers change places after each step.
// Prints: [0 1 4 6 4 1 0]

#include <iostream>
#include <utility>

#include "cow/cow.h"

int main() {
  auto now = cow::array<int>({0, 0, 0, 16, 0, 0, 0}).label("now");
  auto next = cow::zeros<int>({7}).label("next");
  for (int step = 0; step < 2; ++step) {
    const auto left = now[cow::slice(cow::none, -2)];
    const auto middle = now[cow::slice(1, -1)];
    const auto right = now[cow::slice(2, cow::none)];
    auto inside = next[cow::slice(1, -1)].ref();
    inside.assign(((left + 2 * middle + right) / 4).astype<int>());
    std::swap(now, next);
  }
  std::cout << now << "\n";
}
