#include "cow/core/lattice_basis.h"

#include <cstdlib>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace cow::internal {
namespace {

/// Exact, by elimination without fractions.
Index determinant(std::vector<std::vector<Index>> rows) {
  Index sign = 1, previous = 1;
  for (std::size_t k = 0; k + 1 < rows.size(); ++k) {
    std::size_t pivot = k;
    while (pivot < rows.size() && rows[pivot][k] == 0) ++pivot;
    if (pivot == rows.size()) return 0;
    if (pivot != k) {
      std::swap(rows[pivot], rows[k]);
      sign = -sign;
    }
    for (std::size_t i = k + 1; i < rows.size(); ++i) {
      for (std::size_t j = k + 1; j < rows.size(); ++j) {
        rows[i][j] = (rows[i][j] * rows[k][k] - rows[i][k] * rows[k][j]) / previous;
      }
    }
    previous = rows[k][k];
  }
  return sign * rows.back().back();
}

/// Rows of determinant +-1 span all integer vectors; with one row of sum +-1, the others span those
/// of sum 0.
TEST(LatticeBasis, SeparatesTheKernel) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    const std::size_t size = 2 + random() % 4;
    std::vector<Index> coefficients;
    Index divisor = 0;
    for (std::size_t i = 0; i < size; ++i) {
      coefficients.push_back(1 + static_cast<Index>(random() % 1000));
      divisor = std::gcd(divisor, coefficients.back());
    }
    for (Index& coefficient : coefficients) coefficient /= divisor;
    LatticeBasis basis(coefficients, std::vector<double>(size, 1.0));
    WorkBudget budget(1e9);
    ASSERT_TRUE(basis.separate_kernel(&budget));
    ASSERT_EQ(basis.size(), size);
    std::vector<std::vector<Index>> rows;
    for (std::size_t i = 0; i < size; ++i) {
      rows.emplace_back(basis.row(i).begin(), basis.row(i).end());
      const Index sum =
          std::inner_product(rows[i].begin(), rows[i].end(), coefficients.begin(), Index{0});
      ASSERT_EQ(basis.sum_of_row(i), sum);
      ASSERT_EQ(std::abs(sum), i + 1 == size ? 1 : 0);
    }
    ASSERT_EQ(std::abs(determinant(rows)), 1);
  }
}

TEST(LatticeBasis, GivesUpWithoutBudget) {
  LatticeBasis basis(std::vector<Index>{997, 991, 983}, {1, 1, 1});
  WorkBudget budget(0);
  EXPECT_FALSE(basis.separate_kernel(&budget));
}

}  // namespace
}  // namespace cow::internal
