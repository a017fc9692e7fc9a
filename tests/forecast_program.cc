// A program for forecast_run_test. The comments say what copy-on-write mode would do.

#include <iostream>

#include "cow/cow.h"

namespace {

void write_first(cow::Array<cow::Index>& a) {
  a(0) = 7;  // in two runs of three detaches
}

}  // namespace

int main(int argc, char**) {
  if (argc > 1) return 3;  // no array at all
  auto base = cow::zeros<cow::Index>({64}).label("base");
  auto kept = base.copy().label("kept");  // deferred: 512 bytes
  for (int i = 0; i < 2; ++i) {
    auto view = base[cow::slice(0, 16)];
    write_first(view);  // detaches with 128 bytes
  }
  write_first(base);  // detaches from `kept` with 512 bytes
  auto part = base[cow::slice(1, 3)];
  part.fill(5);                    // detaches with 16 bytes
  std::cout << base.sum() << " ";  // another result
  part.fill(6);                    // alone already
  auto declared = base[cow::slice(4, 6)].ref();
  declared.fill(1);
  std::cout << base.sum() << "\n";  // another result
  return 3;
}
