// A plan of a transform keeps the pointer that it was made with, and writes through it when nobody
// expects it. The span that handed it out is to blame.
// Thread: CEED/libCEED#1649
// Prints: 6 then 0
// Meant:  6 then 6

#include <iostream>

#include "cow/cow.h"

namespace {

/// As transforms by plan do: prepared once, executed often.
class ClearingPlan {
 public:
  explicit ClearingPlan(double* data) : data_(data) {}
  void execute() const { data_[0] = data_[1] = data_[2] = 0; }

 private:
  double* data_;
};

ClearingPlan plan_for(cow::Array<double>& signal) {
  auto span = signal.mutable_span<1>();  // AS005
  return ClearingPlan(span.data());
}

void run(cow::Array<double>& planned, cow::Array<double>& signal) {
  const ClearingPlan plan = plan_for(planned);
  std::cout << signal.sum() << " then ";
  plan.execute();
  std::cout << signal.sum() << "\n";
}

void bug() {
  auto signal = cow::array<double>({1, 2, 3}).label("signal");
  run(signal, signal);
}

void fixed() {
  auto signal = cow::array<double>({1, 2, 3}).label("signal");
  auto scratch = cow::array<double>({0, 0, 0}).label("scratch");
  run(scratch, signal);
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
