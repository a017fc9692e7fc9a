// A copy of a record shares the record's array: the compiler's copy constructor copies a handle.
// Thread: pydata/xarray#6395
// Prints: raw data sum to 0
// Meant:  raw data sum to 12

#include <iostream>
#include <string>

#include "cow/cow.h"

namespace {

struct Dataset {
  std::string name;
  cow::Array<double> values;
};

void centre(Dataset& data) {
  data.values -= data.values.mean();  // AS001
}

void bug() {
  Dataset raw{"raw", cow::array<double>({2, 4, 6})};
  Dataset anomaly = raw;
  anomaly.name = "anomaly";
  centre(anomaly);
  std::cout << raw.name << " data sum to " << raw.values.sum() << "\n";
}

void fixed() {
  Dataset raw{"raw", cow::array<double>({2, 4, 6})};
  Dataset anomaly{"anomaly", raw.values.copy()};
  centre(anomaly);
  std::cout << raw.name << " data sum to " << raw.values.sum() << "\n";
}

}  // namespace

int main(int argc, char**) { argc > 1 ? fixed() : bug(); }
