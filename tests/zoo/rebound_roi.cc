// A stamp is to be pasted into a part of a canvas: `roi = stamp` rebinds the name, and what is
// drawn into `roi` afterwards ruins the stamp. (The rebinding itself writes nothing, as in Python.)
// Thread: opencv/opencv#9722
// Prints: canvas 0, stamp 24
// Meant:  canvas 24, stamp 20

#include <iostream>

#include "cow/cow.h"

namespace {

void bug() {
  auto canvas = cow::zeros<int>({4, 4}).label("canvas");
  auto stamp = cow::full<int>({2, 2}, 5).label("stamp");
  auto roi = canvas[{cow::slice(2), cow::slice(2)}];
  roi = stamp;
  roi += 1;  // AS001
  std::cout << "canvas " << canvas.sum() << ", stamp " << stamp.sum() << "\n";
}

void fixed() {
  auto canvas = cow::zeros<int>({4, 4}).label("canvas");
  auto stamp = cow::full<int>({2, 2}, 5).label("stamp");
  auto roi = canvas[{cow::slice(2), cow::slice(2)}].ref();
  roi.assign(stamp);
  roi += 1;
  std::cout << "canvas " << canvas.sum() << ", stamp " << stamp.sum() << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
