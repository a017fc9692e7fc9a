// An environment returns its observation buffer: what was observed before a step is what was
// observed after it.
// Thread: DLR-RM/stable-baselines3#1435
// Prints: moved by 0
// Meant:  moved by 1

#include <iostream>

#include "cow/cow.h"

namespace {

class Environment {
 public:
  cow::Array<double> step() {
    observation_ += 1;  // AS001
    return observation_;
  }

 private:
  cow::Array<double> observation_ = cow::zeros<double>({2}).label("observation");
};

void bug() {
  Environment environment;
  const auto before = environment.step();
  const auto after = environment.step();
  std::cout << "moved by " << (after - before).max() << "\n";
}

void fixed() {
  Environment environment;
  const auto before = environment.step().copy();
  const auto after = environment.step().copy();
  std::cout << "moved by " << (after - before).max() << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
