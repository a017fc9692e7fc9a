// Bugs of the zoo in xtensor, each under the name of the zoo's program and with its numbers.
// Without arguments: prints the names. With one: runs it.

#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xsort.hpp>
#include <xtensor/xview.hpp>

namespace {

using xt::placeholders::_;
using Array = xt::xarray<int>;

template <class E>
void print(const E& expression) {
  const char* separator = "[";
  for (int element : expression) {
    std::cout << separator << element;
    separator = " ";
  }
  std::cout << "]\n";
}

void history_shift() {
  Array history{1, 2, 3, 4};
  auto newer = xt::view(history, xt::range(1, _));
  auto older = xt::view(history, xt::range(_, -1));
  xt::noalias(newer) = older;
  print(history);
}

void permute_in_place() {
  Array m{{1, 2, 3}, {1, 2, 3}};
  xt::noalias(m) = xt::view(m, xt::all(), xt::keep(2, 0, 1));
  print(xt::row(m, 0));
}

void self_transpose() {
  Array m{{1, 2}, {3, 4}};
  xt::noalias(m) = xt::transpose(m);
  print(m);
}

void symmetric_sum() {
  Array x{{1, 2}, {3, 4}};
  xt::noalias(x) += xt::transpose(x);
  print(x);
}

void row_swap() {
  Array m{{1, 1}, {2, 2}};
  auto first = xt::row(m, 0);
  xt::row(m, 0) = xt::row(m, 1);
  xt::row(m, 1) = first;
  print(xt::col(m, 0));
}

void lost_row_write() {
  Array m = xt::zeros<int>({3, 2});
  Array row = xt::row(m, 0);
  row.fill(9);
  std::cout << m(0, 0) << "\n";
}

void driver_buffer() {
  std::vector<int> memory(4, 1);
  const auto frame = xt::adapt(memory.data(), 4, xt::no_ownership(), std::vector<std::size_t>{4});
  std::cout << xt::amax(frame)() << " then ";
  memory.assign(4, 2);
  std::cout << xt::amax(frame)() << "\n";
}

/// Not of the zoo: shows that the sanitizers are on.
void use_after_free() {
  auto image = std::make_unique<Array>(Array{1, 1, 1, 1});
  auto view = xt::view(*image, xt::range(0, 2));
  image.reset();
  std::cout << xt::sum(view)() << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, void (*)()> bugs{
      {"driver_buffer", driver_buffer},
      {"history_shift", history_shift},
      {"lost_row_write", lost_row_write},
      {"permute_in_place", permute_in_place},
      {"row_swap", row_swap},
      {"self_transpose", self_transpose},
      {"symmetric_sum", symmetric_sum},
      {"use_after_free", use_after_free},
  };
  if (argc > 1) return bugs.at(argv[1])(), 0;
  for (const auto& [name, run] : bugs) std::cout << name << "\n";
}
