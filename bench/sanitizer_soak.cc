// An hour of a program that does ten thousand things with arrays a second, as fast as it goes,
// under AliasSanitizer; prints resident memory on the way, which must stay flat:
//
//   ./bazelw run -c opt //bench:sanitizer_soak [-- EVENTS]

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "cow/cow.h"
#include "cow/diagnostics/alias_sanitizer.h"

extern "C" const char* alsan_default_options() { return "exitcode=0:log_path=/dev/null"; }

namespace {

using cow::all;
using cow::Array;
using cow::Index;
using cow::slice;

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  std::int64_t pages = 0;
  statm >> pages >> pages;
  return static_cast<double>(pages) * 4096 / (1 << 20);
}

// Arrays that live long, with views, refs and copies of them that come and go, are written through
// all of these, and read with surprises.
class Program {
 public:
  Program() {
    for (int i = 0; i < 8; ++i) lasting_.push_back(cow::zeros<double>({16, 16}));
  }

  // About ten events.
  void step() {
    Array<double>& a = lasting_[below(lasting_.size())];
    Array<double> view = a[{slice(Index(below(8)), 16), all}];
    view = view[slice(0, 4)];
    view += 1.0;
    a(Index(below(16)), Index(below(16))) = double(below(1000));
    if (below(4) == 0) kept_.push_back(std::move(view));
    if (below(4) == 0) kept_.push_back(a.T());
    if (below(8) == 0) kept_.push_back(a[3].ref());
    while (kept_.size() > 100) kept_.erase(kept_.begin() + std::ptrdiff_t(below(kept_.size())));
    if (!kept_.empty()) total_ += kept_[below(kept_.size())].sum();
    if (below(1000) == 0) a = a.copy();
    total_ += (a[0] * 0.5).sum();
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }

  std::mt19937 random_{1};
  std::vector<Array<double>> lasting_, kept_;
  double total_ = 0;
};

std::int64_t events() {
  const cow::alsan::Coverage coverage = cow::alsan::alias_sanitizer()->coverage();
  return coverage.arrays + coverage.views + coverage.writes;
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t wanted = argc > 1 ? std::atoll(argv[1]) : 36'000'000;
  Program program;
  std::cout << "arrays, views and writes    resident, MiB" << std::endl;
  for (std::int64_t tenth = 1; tenth <= 10; ++tenth) {
    while (events() < wanted * tenth / 10) {
      for (int i = 0; i < 1000; ++i) program.step();
    }
    std::cout << events() << "    " << resident_mib() << std::endl;
  }
}
