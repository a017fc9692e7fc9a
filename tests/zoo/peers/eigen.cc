// Bugs of the zoo in Eigen, each under the name of the zoo's program and with its numbers. Compiled
// without NDEBUG, the two with a transpose end in an assertion of Eigen's own; the others do not.
// Without arguments: prints the names. With one: runs it.

#include <Eigen/Core>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace {

using Eigen::all;
using Eigen::Matrix2i;
using Eigen::MatrixXi;
using Eigen::VectorXi;

const Eigen::IOFormat kOnOneLine(Eigen::StreamPrecision, Eigen::DontAlignCols, " ", " ", "", "",
                                 "[", "]");

void permute_in_place() {
  MatrixXi m(2, 3);
  m << 1, 2, 3, 1, 2, 3;
  m = m(all, std::vector<int>{2, 0, 1});
  std::cout << m.row(0).format(kOnOneLine) << "\n";
}

void history_shift() {
  VectorXi history(4);
  history << 1, 2, 3, 4;
  history.tail(3) = history.head(3);
  std::cout << history.format(kOnOneLine) << "\n";
}

void self_transpose() {
  Matrix2i m;
  m << 1, 2, 3, 4;
  auto transposed = m.transpose();
  m = transposed;
  std::cout << m.reshaped<Eigen::RowMajor>().format(kOnOneLine) << "\n";
}

void symmetric_sum() {
  Matrix2i x;
  x << 1, 2, 3, 4;
  auto transposed = x.transpose();
  x += transposed;
  std::cout << x.reshaped<Eigen::RowMajor>().format(kOnOneLine) << "\n";
}

void row_swap() {
  Matrix2i m;
  m << 1, 1, 2, 2;
  auto first = m.row(0);
  m.row(0) = m.row(1);
  m.row(1) = first;
  std::cout << m.col(0).format(kOnOneLine) << "\n";
}

void lost_row_write() {
  MatrixXi m = MatrixXi::Zero(3, 2);
  VectorXi row = m.row(0);
  row.fill(9);
  std::cout << m(0, 0) << "\n";
}

using Stretched = Eigen::Map<VectorXi, Eigen::Unaligned, Eigen::InnerStride<>>;

void broadcast_increment() {
  int one = 1;
  Stretched stretched(&one, 3, Eigen::InnerStride<>(0));
  stretched.array() += 1;
  std::cout << stretched.format(kOnOneLine) << "\n";
}

void expanded_constant() {
  int zero = 0;
  Stretched bias(&zero, 4, Eigen::InnerStride<>(0));
  bias(2) = 9;
  std::cout << bias.format(kOnOneLine) << "\n";
}

void driver_buffer() {
  std::vector<int> memory(4, 1);
  const Eigen::Map<VectorXi> frame(memory.data(), 4);
  std::cout << frame.maxCoeff() << " then ";
  memory.assign(4, 2);
  std::cout << frame.maxCoeff() << "\n";
}

/// Not of the zoo: shows that the sanitizers are on.
void use_after_free() {
  auto* image = new VectorXi(VectorXi::Ones(4));
  auto view = image->head(2);
  delete image;
  std::cout << view.sum() << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::map<std::string, void (*)()> bugs{
      {"broadcast_increment", broadcast_increment},
      {"driver_buffer", driver_buffer},
      {"expanded_constant", expanded_constant},
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
