#ifndef COW_CORE_LATTICE_BASIS_H_
#define COW_CORE_LATTICE_BASIS_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "cow/core/bounded_sum_search.h"
#include "cow/core/dims.h"

namespace cow::internal {

/// A reduced basis of the integer vectors x, and of those with `sum coefficients[i] x[i] = 0`.
///
/// Lengths are measured with x[i] scaled by `scales[i]`. Rows are exact: only integer multiples of
/// rows are added to rows, with overflow checked. Floating point decides which, so rounding makes
/// the basis worse but never wrong.
class LatticeBasis {
 public:
  LatticeBasis(absl::Span<const Index> coefficients, std::vector<double> scales);

  /// Reduces (Lenstra, Lenstra, Lovasz 1982) with the sum as one more, heavier and heavier
  /// coordinate, until it is 0 in all rows but the last and +-1 there; the coefficients must be
  /// coprime. Then rows 0 .. size() - 2 span the vectors of sum 0. False if the budget ran out or a
  /// number did not fit.
  bool separate_kernel(WorkBudget* budget);

  std::size_t size() const { return rows_.size(); }
  absl::Span<const Index> row(std::size_t i) const { return rows_[i]; }
  /// `sum coefficients[j] row(i)[j]`.
  Index sum_of_row(std::size_t i) const { return sums_[i]; }
  double scale(std::size_t j) const { return scales_[j]; }

  /// After separate_kernel: scaled row i less its projection on the rows before it.
  absl::Span<const double> orthogonal(std::size_t i) const { return orthogonal_[i]; }
  double squared_length(std::size_t i) const { return squared_[i]; }

 private:
  bool reduce(WorkBudget* budget);
  bool reduce_row(std::size_t k, WorkBudget* budget);
  bool subtract(std::size_t k, std::size_t j, double factor);
  void orthogonalize(std::size_t k);
  bool is_separated() const;

  std::vector<std::vector<Index>> rows_;
  std::vector<Index> sums_;
  std::vector<double> scales_;
  double sum_scale_;
  std::vector<std::vector<double>> orthogonal_;  // the last coordinate is the scaled sum
  std::vector<std::vector<double>> projection_;  // [k][j]: row k on orthogonal_[j], in its lengths
  std::vector<double> squared_;
};

}  // namespace cow::internal

#endif  // COW_CORE_LATTICE_BASIS_H_
