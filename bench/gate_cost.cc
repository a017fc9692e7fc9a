// One bulk operation, with the write gate or without, for gate_cost.sh, which counts instructions:
//
//   gate_cost array|kernel ELEMENTS ROUNDS

#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "cow/core/elementwise.h"
#include "cow/cow.h"

namespace {

using cow::Index;

void with_gate(Index count, int rounds) {
  auto a = cow::ones<double>({count});
  const auto b = cow::ones<double>({count});
  for (int i = 0; i < rounds; ++i) a += b;
}

// What `a += b` does behind the gate.
void kernel_alone(Index count, int rounds) {
  std::vector<double> a(static_cast<std::size_t>(count), 1), b = a;
  const Index shape[] = {count}, strides[] = {sizeof(double)};
  for (int i = 0; i < rounds; ++i) {
    const std::array<cow::internal::Operand, 2> operands = {{
        {reinterpret_cast<std::byte*>(a.data()), strides},
        {reinterpret_cast<std::byte*>(b.data()), strides},
    }};
    cow::internal::for_each_element<double, double>(shape, operands,
                                                    [](double& x, double y) { x = x + y; });
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const Index count = std::atoi(argv[2]);
  const int rounds = std::atoi(argv[3]);
  std::string_view(argv[1]) == "array" ? with_gate(count, rounds) : kernel_alone(count, rounds);
}
