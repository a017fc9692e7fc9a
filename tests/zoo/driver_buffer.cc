// A frame is an array on the driver's own memory, which the driver fills again.
// Thread: opencv/opencv#1711
// Prints: 1 then 2
// Meant:  1 then 1

#include <algorithm>
#include <array>
#include <iostream>

#include "cow/cow.h"

namespace {

/// Stands in for a library that knows nothing of arrays.
class Driver {
 public:
  int* next_frame() {
    memory_.fill(++count_);
    return memory_.data();
  }

 private:
  std::array<int, 4> memory_;
  int count_ = 0;
};

cow::Array<int> retrieve(Driver& driver) {
  return cow::borrow(driver.next_frame(), cow::Layout::c_order({4}, sizeof(int))).label("frame");
}

void bug() {
  Driver driver;
  const auto frame = retrieve(driver);
  std::cout << frame.max() << " then ";
  driver.next_frame();
  std::cout << frame.max() << "\n";  // AS007
}

void fixed() {
  Driver driver;
  const auto frame = retrieve(driver).copy();
  std::cout << frame.max() << " then ";
  driver.next_frame();
  std::cout << frame.max() << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
