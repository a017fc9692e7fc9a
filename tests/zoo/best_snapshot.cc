// The weights of the best epoch are remembered, and are always those of the last.
// Thread: pytorch/tutorials#188
// Prints: best weight 4
// Meant:  best weight 2

#include <cmath>
#include <iostream>

#include "cow/cow.h"

namespace {

double loss(const cow::Array<double>& weights) { return std::abs(weights(0) - 2); }

void train(bool copies) {
  auto weights = cow::zeros<double>({3}).label("weights");
  auto best = weights.copy();
  double best_loss = loss(weights);
  for (int epoch = 0; epoch < 4; ++epoch) {
    weights += 1;  // AS001
    if (loss(weights) >= best_loss) continue;
    best_loss = loss(weights);
    best = copies ? weights.copy() : weights;
  }
  std::cout << "best weight " << best(0) << "\n";
}

void bug() { train(false); }

void fixed() { train(true); }

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
