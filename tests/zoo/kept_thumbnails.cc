// Small views of images that are gone. Elsewhere they are dangling; here they are valid, and each
// keeps its whole image in memory.
// Thread: InsightSoftwareConsortium/ITK#1566
// Prints: 24
// Meant:  24

#include <iostream>
#include <vector>

#include "cow/cow.h"

namespace {

cow::Array<double> load_image() { return cow::ones<double>({512, 512}); }

void print(std::vector<cow::Array<double>>& thumbnails) {
  double sum = 0;
  for (auto& thumbnail : thumbnails) sum += thumbnail.sum();
  std::cout << sum << "\n";
}

void bug() {
  std::vector<cow::Array<double>> thumbnails;
  for (int i = 0; i < 3; ++i) {
    auto image = load_image();
    thumbnails.push_back(image[{0, cow::slice(8)}]);  // AS008
  }
  print(thumbnails);
}

void fixed() {
  std::vector<cow::Array<double>> thumbnails;
  for (int i = 0; i < 3; ++i) {
    auto image = load_image();
    thumbnails.push_back(image[{0, cow::slice(8)}].copy());
  }
  print(thumbnails);
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
