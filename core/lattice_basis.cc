#include "cow/core/lattice_basis.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace cow::internal {
namespace {

constexpr double kLovasz = 0.99;
constexpr double kHeavier = 16;  // growth of the sum's weight from one reduction to the next
constexpr double kMaxFactor = 0x1p62;

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// a -= factor * b; false on overflow.
bool subtract_multiple(Index* a, Index factor, Index b) {
  Index product;
  return !__builtin_mul_overflow(factor, b, &product) && !__builtin_sub_overflow(*a, product, a);
}

}  // namespace

LatticeBasis::LatticeBasis(absl::Span<const Index> coefficients, std::vector<double> scales)
    : rows_(coefficients.size(), std::vector<Index>(coefficients.size(), 0)),
      sums_(coefficients.begin(), coefficients.end()),
      scales_(std::move(scales)),
      sum_scale_(*std::max_element(scales_.begin(), scales_.end()) /
                 static_cast<double>(*std::max_element(sums_.begin(), sums_.end()))),
      orthogonal_(size(), std::vector<double>(size() + 1)),
      projection_(size(), std::vector<double>(size())),
      squared_(size()) {
  for (std::size_t i = 0; i < size(); ++i) rows_[i][i] = 1;
}

bool LatticeBasis::separate_kernel(WorkBudget* budget) {
  // Starting with a light sum keeps every reduction well conditioned: the rows are nearly reduced.
  while (!is_separated()) {
    if (!reduce(budget) || !std::isfinite(sum_scale_ * kMaxFactor)) return false;
    sum_scale_ *= kHeavier;
  }
  // Both the last row and the weight have served.
  sum_scale_ = 0;
  for (std::size_t k = 0; k < size(); ++k) orthogonalize(k);
  return true;
}

bool LatticeBasis::is_separated() const {
  return std::all_of(sums_.begin(), sums_.end() - 1, [](Index sum) { return sum == 0; });
}

bool LatticeBasis::reduce(WorkBudget* budget) {
  orthogonalize(0);
  for (std::size_t k = 1; k < size();) {
    if (!reduce_row(k, budget)) return false;
    const double mu = projection_[k][k - 1];
    if (squared_[k] >= (kLovasz - mu * mu) * squared_[k - 1]) {
      ++k;
      continue;
    }
    rows_[k].swap(rows_[k - 1]);
    std::swap(sums_[k], sums_[k - 1]);
    if (k == 1) {
      orthogonalize(0);
    } else {
      --k;
    }
  }
  return true;
}

// Makes the projections of row k on the rows before it at most a half, as far as rounding permits.
bool LatticeBasis::reduce_row(std::size_t k, WorkBudget* budget) {
  constexpr int kMaxRounds = 100;
  for (int round = 0; round < kMaxRounds; ++round) {
    if (!budget->spend(4.0 * static_cast<double>((k + 1) * size()))) return false;
    orthogonalize(k);
    std::vector<double>& mu = projection_[k];
    bool changed = false;
    for (std::size_t j = k; j-- > 0;) {
      if (std::abs(mu[j]) <= 0.51) continue;
      const double factor = std::round(mu[j]);
      if (!subtract(k, j, factor)) return false;
      for (std::size_t l = 0; l < j; ++l) mu[l] -= factor * projection_[j][l];
      mu[j] -= factor;
      changed = true;
    }
    if (!changed) return true;
  }
  return false;
}

bool LatticeBasis::subtract(std::size_t k, std::size_t j, double factor) {
  if (!(std::abs(factor) < kMaxFactor)) return false;
  const Index exact = static_cast<Index>(factor);
  for (std::size_t i = 0; i < size(); ++i) {
    if (!subtract_multiple(&rows_[k][i], exact, rows_[j][i])) return false;
  }
  return subtract_multiple(&sums_[k], exact, sums_[j]);
}

void LatticeBasis::orthogonalize(std::size_t k) {
  std::vector<double>& row = orthogonal_[k];
  for (std::size_t i = 0; i < size(); ++i) row[i] = scales_[i] * static_cast<double>(rows_[k][i]);
  row[size()] = sum_scale_ * static_cast<double>(sums_[k]);
  for (std::size_t j = 0; j < k; ++j) {
    const double mu = dot(row, orthogonal_[j]) / squared_[j];
    for (std::size_t i = 0; i <= size(); ++i) row[i] -= mu * orthogonal_[j][i];
    projection_[k][j] = mu;
  }
  squared_[k] = dot(row, row);
}

}  // namespace cow::internal
