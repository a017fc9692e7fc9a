// All integer x with sum c_i x_i = t are x0 + sum of lambda_k b_k, where the b_k span the lattice
// of vectors with sum 0. With a short and nearly orthogonal basis (Aardal, Hurkens and Lenstra
// 2000), the box 0 <= x <= n leaves few values for each lambda, whatever the size of c, n and t.
// The slack is one more variable with coefficient 1.
//
// Coordinates are scaled so that the box is [-1, 1]^d around its centre. The lambda are fixed from
// the last to the first. Two tests prune, each derived from a vector u with u.b_k = 0 for all k
// that are still free, so that u.x is known although x is not:
//  - u = g_j, the direction of b_j orthogonal to the free rows, limits lambda_j to an interval,
//    as g_j.x has a least and a greatest value in the box;
//  - u = z, the projection of (x - centre) on what is fixed: z.(x - centre) <= |z|_1 in the box
//    (Ritter 1996).
// Both limits are taken where the hyperplane sum c_i x_i = t cuts the box, which is much smaller
// than the box if t is near an end of it: see Enumeration::most_in_cut.
//
// Why the answer No is exact in spite of rounding: u is whatever floating-point vector was
// computed; only `u.b_k = 0` fails, by a little. That error is measured, multiplied by a proven
// bound on |lambda_k| and added to the limits (see Enumeration::bound_errors). If it is not small,
// the search gives up. The x themselves are exact integers and are tested as such.

#include "cow/core/lattice_search.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "cow/core/lattice_basis.h"

namespace cow::internal {
namespace {

constexpr double kEpsilon = 0x1p-50;   // a few rounding errors
constexpr double kMaxError = 1e-3;     // in lambda, and relative to |z|
constexpr double kMaxNumber = 0x1p60;  // of a coordinate of x at any time

class Enumeration {
 public:
  Enumeration(const LatticeBasis& basis, std::vector<Index> bounds, WorkBudget* budget)
      : basis_(basis),
        bounds_(std::move(bounds)),
        size_(bounds_.size()),
        budget_(budget),
        longer_(size_, std::vector<double>(size_)) {}

  // x: a solution without regard to the bounds, near the box. Replaced by one in the box on kYes.
  Verdict run(std::vector<Index>* x, absl::Span<const Index> coefficients) {
    if (!prepare(*x, coefficients)) return Verdict::kTooHard;
    std::vector<double> z(normal_);
    for (double& v : z) v *= along_normal_;
    if (is_outside(z, *x)) return Verdict::kNo;
    x_ = std::move(*x);
    Verdict verdict = visit(size_ - 1, z);
    *x = std::move(x_);
    return verdict;
  }

 private:
  double centred(std::size_t i, Index x) const {
    return basis_.scale(i) * (static_cast<double>(x) - 0.5 * static_cast<double>(bounds_[i]));
  }

  // Of the numbers from which centred() is computed.
  double magnitude(std::size_t i, Index x) const {
    return basis_.scale(i) * (std::abs(static_cast<double>(x)) + static_cast<double>(bounds_[i]));
  }

  // The greatest u.(x - centre) of the points of the box with the right sum. For any theta,
  // theta normal.(x - centre) is known, and the rest is at most |u - theta normal|_1; the best
  // theta makes one of its coordinates 0.
  double most_in_cut(const std::vector<double>& u) const {
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < size_; ++i) {
      const double theta = u[i] / normal_[i];
      double reach = 0;
      for (std::size_t k = 0; k < size_; ++k) reach += std::abs(u[k] - theta * normal_[k]);
      best = std::min(best, theta * along_normal_ + reach + std::abs(theta) * along_error_ +
                                kEpsilon * static_cast<double>(size_) * reach);
    }
    return best;
  }

  bool prepare(const std::vector<Index>& x, absl::Span<const Index> coefficients);
  bool bound_errors(const std::vector<Index>& x);
  double distance_of_product(const std::vector<double>& u, std::size_t k, double ideal) const;
  bool is_outside(const std::vector<double>& z, const std::vector<Index>& x) const;
  bool is_in_box() const;
  Verdict visit(std::size_t free, const std::vector<double>& z);
  Verdict try_value(std::size_t j, Index lambda, double along, const std::vector<double>& z);

  const LatticeBasis& basis_;
  std::vector<Index> bounds_;
  std::size_t size_;
  double cost_per_coordinate_ = 6 + 0.5 * static_cast<double>(size_);  // most_in_cut is quadratic
  WorkBudget* budget_;
  std::vector<Index> x_;
  std::vector<std::vector<double>> longer_;  // z after row j was given a value
  std::vector<double> normal_;               // unit vector orthogonal to all rows
  std::vector<std::vector<double>> dual_;    // g_j, for centred coordinates
  std::vector<double> reach_;                // greatest g_j.(x - centre) in the box
  std::vector<double> least_, most_;         // its extremes where the sum is right
  std::vector<double> aim_;  // g_j.(p - centre), p with the right sum on the diagonal
  double along_normal_ = 0;  // normal.(x - centre) of all x with the right sum
  double along_error_ = 0;
  std::vector<double> error_;  // of lambda_j
};

bool Enumeration::prepare(const std::vector<Index>& x, absl::Span<const Index> coefficients) {
  normal_.resize(size_);
  double squared = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    normal_[i] = static_cast<double>(coefficients[i]) / basis_.scale(i);
    squared += normal_[i] * normal_[i];
  }
  for (double& v : normal_) v /= std::sqrt(squared);
  for (std::size_t i = 0; i < size_; ++i) {
    along_normal_ += normal_[i] * centred(i, x[i]);
    along_error_ += kEpsilon * static_cast<double>(size_) * normal_[i] * (magnitude(i, x[i]) + 1);
  }
  for (std::size_t j = 0; j + 1 < size_; ++j) {
    const auto b = basis_.orthogonal(j);
    dual_.emplace_back(size_);
    reach_.push_back(0);
    for (std::size_t i = 0; i < size_; ++i) {
      dual_[j][i] = b[i] / basis_.squared_length(j);
      reach_[j] += std::abs(dual_[j][i]);
    }
    std::vector<double> opposite(dual_[j]);
    for (double& v : opposite) v = -v;
    // p = centre + f (1, .., 1), and normal.(p - centre) is known.
    aim_.push_back(std::accumulate(dual_[j].begin(), dual_[j].end(), 0.0) * along_normal_ /
                   std::accumulate(normal_.begin(), normal_.end(), 0.0));
    most_.push_back(most_in_cut(dual_[j]));
    least_.push_back(-most_in_cut(opposite));
  }
  return bound_errors(x);
}

// With D the matrix g_j.b_k: lambda_j = g_j.(x - x0) - sum over k != j of D_jk lambda_k, where the
// D_jk with k < j are rounding errors. Ignoring these, substitution from the last row up yields
// |lambda_k| <= size_k. With them, |lambda_k| <= 2 size_k if their effect on the substitution, at
// |lambda_k| = size_k, is at most half of size: induction on the ratio of lambda to size.
bool Enumeration::bound_errors(const std::vector<Index>& x) {
  const std::size_t rows = size_ - 1;
  std::vector<std::vector<double>> product(rows, std::vector<double>(rows));
  std::vector<double> size(rows), effect(rows), tilt(rows);
  for (std::size_t k = 0; k < rows; ++k) tilt[k] = distance_of_product(normal_, k, 0);
  for (std::size_t j = rows; j-- > 0;) {
    size[j] = reach_[j];
    for (std::size_t i = 0; i < size_; ++i) {
      size[j] += std::abs(dual_[j][i] * centred(i, x[i]));
    }
    for (std::size_t k = 0; k < rows; ++k) {
      product[j][k] = distance_of_product(dual_[j], k, k == j ? 1 : 0);
      if (k > j) size[j] += product[j][k] * size[k];
      if (k < j) tilt[k] = std::max(tilt[k], product[j][k] * std::sqrt(basis_.squared_length(j)));
    }
  }
  double relative = 0;
  error_.resize(rows);
  for (std::size_t j = rows; j-- > 0;) {
    // D_jj differs from 1 by rounding as well.
    for (std::size_t k = 0; k <= j; ++k) effect[j] += product[j][k] * size[k];
    error_[j] = 2 * effect[j];
    for (std::size_t k = j + 1; k < rows; ++k) effect[j] += product[j][k] * effect[k];
    if (!(effect[j] <= size[j] / 2) || !(error_[j] < kMaxError)) return false;
    // |z.b_k| <= sqrt(d) |z| tilt_k, since z is made of nearly orthogonal directions.
    relative += 2 * size[j] * tilt[j] * std::sqrt(2.0 * static_cast<double>(size_));
  }
  for (std::size_t i = 0; i < size_; ++i) {
    double most = std::abs(static_cast<double>(x[i]));
    for (std::size_t k = 0; k < rows; ++k) {
      most += (2 * size[k] + 1) * std::abs(static_cast<double>(basis_.row(k)[i]));
    }
    if (!(most < kMaxNumber)) return false;
  }
  return relative < kMaxError / 2;
}

// How far u.b_k is from `ideal` at most, with b_k scaled.
double Enumeration::distance_of_product(const std::vector<double>& u, std::size_t k,
                                        double ideal) const {
  double sum = 0, absolute = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const double term = u[i] * basis_.scale(i) * static_cast<double>(basis_.row(k)[i]);
    sum += term;
    absolute += std::abs(term);
  }
  return std::abs(sum - ideal) + kEpsilon * absolute * static_cast<double>(size_);
}

// Is z.(x - centre) more than any point of the box has?
bool Enumeration::is_outside(const std::vector<double>& z, const std::vector<Index>& x) const {
  double sum = 0, rounding = 0, reach = 0, squared = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const double term = z[i] * centred(i, x[i]);
    sum += term;
    rounding += std::abs(z[i]) * (magnitude(i, x[i]) + 1);
    reach += std::abs(z[i]);
    squared += z[i] * z[i];
  }
  const double error =
      kEpsilon * static_cast<double>(size_) * rounding + kMaxError * std::sqrt(squared);
  return sum > reach + error || sum > most_in_cut(z) + error;
}

bool Enumeration::is_in_box() const {
  for (std::size_t i = 0; i < size_; ++i) {
    if (x_[i] < 0 || x_[i] > bounds_[i]) return false;
  }
  return true;
}

// Rows below `free` have no value yet; x_ and z belong to those that have.
Verdict Enumeration::visit(std::size_t free, const std::vector<double>& z) {
  if (free == 0) return is_in_box() ? Verdict::kYes : Verdict::kNo;
  const std::size_t j = free - 1;
  double along = 0, rounding = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    along += dual_[j][i] * centred(i, x_[i]);
    rounding += std::abs(dual_[j][i]) * (magnitude(i, x_[i]) + 1);
  }
  const double error = error_[j] + kEpsilon * static_cast<double>(size_) * rounding + kEpsilon;
  const Index least = static_cast<Index>(std::ceil(least_[j] - along - error));
  const Index most = static_cast<Index>(std::floor(most_[j] - along + error));
  if (least > most) return Verdict::kNo;
  // First what leads to the middle of the cut, then outwards on both sides.
  const Index middle = std::clamp(static_cast<Index>(std::round(aim_[j] - along)), least, most);
  for (Index offset = 0; middle - offset >= least || middle + offset <= most; ++offset) {
    if (!budget_->spend(cost_per_coordinate_ * static_cast<double>(size_)))
      return Verdict::kTooHard;
    for (Index lambda : {middle - offset, middle + offset}) {
      if (lambda < least || lambda > most) continue;
      Verdict verdict = try_value(j, lambda, along, z);
      if (verdict != Verdict::kNo) return verdict;
      if (offset == 0) break;
    }
  }
  return Verdict::kNo;
}

Verdict Enumeration::try_value(std::size_t j, Index lambda, double along,
                               const std::vector<double>& z) {
  std::vector<double>& longer = longer_[j];
  const auto direction = basis_.orthogonal(j);
  const auto row = basis_.row(j);
  const double distance = along + static_cast<double>(lambda);
  for (std::size_t i = 0; i < size_; ++i) {
    x_[i] += lambda * row[i];
    longer[i] = z[i] + distance * direction[i];
  }
  Verdict verdict = is_outside(longer, x_) ? Verdict::kNo : visit(j, longer);
  if (verdict == Verdict::kYes) return verdict;
  for (std::size_t i = 0; i < size_; ++i) x_[i] -= lambda * row[i];
  return verdict;
}

// Moves a solution, target * (last row), close to the centre of the box by whole rows (Babai 1986).
// False if it does not get small enough for Index.
bool move_to_centre(const LatticeBasis& basis, absl::Span<const Index> bounds, Index target,
                    std::vector<Index>* x) {
  constexpr int kMaxRounds = 30;
  const std::size_t size = bounds.size(), last = size - 1;
  const absl::int128 sign = basis.sum_of_row(last);
  std::vector<absl::int128> point(size);
  for (std::size_t i = 0; i < size; ++i) {
    if (std::abs(static_cast<double>(target) * static_cast<double>(basis.row(last)[i])) > 0x1p120) {
      return false;
    }
    point[i] = sign * target * basis.row(last)[i];
  }
  bool changed = true;
  for (int round = 0; round < kMaxRounds && changed; ++round) {
    changed = false;
    for (std::size_t j = last; j-- > 0;) {
      double along = 0;
      for (std::size_t i = 0; i < size; ++i) {
        along += basis.orthogonal(j)[i] * basis.scale(i) *
                 (static_cast<double>(point[i]) - 0.5 * static_cast<double>(bounds[i]));
      }
      const double factor = std::round(along / basis.squared_length(j));
      if (!(std::abs(factor) < 0x1p120)) return false;
      if (factor == 0) continue;
      changed = true;
      for (std::size_t i = 0; i < size; ++i) {
        const double moved = factor * static_cast<double>(basis.row(j)[i]);
        if (std::abs(moved) + std::abs(static_cast<double>(point[i])) > 0x1p124) return false;
        point[i] -= absl::int128(factor) * basis.row(j)[i];
      }
    }
  }
  x->clear();
  for (const absl::int128& p : point) {
    if (std::abs(static_cast<double>(p)) > kMaxNumber) return false;
    x->push_back(static_cast<Index>(p));
  }
  return true;
}

}  // namespace

Verdict search_lattice(const BoundedSum<Index>& sum, WorkBudget* budget, Numbers<Index>* x) {
  std::vector<Index> coefficients(sum.coefficients.begin(), sum.coefficients.end());
  std::vector<Index> bounds(sum.bounds.begin(), sum.bounds.end());
  if (sum.lo != sum.hi) {
    coefficients.push_back(1);
    bounds.push_back(sum.hi - sum.lo);
  }
  std::vector<double> scales;
  for (Index bound : bounds) scales.push_back(2 / static_cast<double>(bound));

  LatticeBasis basis(coefficients, std::move(scales));
  std::vector<Index> point;
  if (!basis.separate_kernel(budget) || !move_to_centre(basis, bounds, sum.hi, &point)) {
    return Verdict::kTooHard;
  }
  Verdict verdict = Enumeration(basis, bounds, budget).run(&point, coefficients);
  if (verdict == Verdict::kYes) x->assign(point.begin(), point.begin() + sum.size());
  return verdict;
}

}  // namespace cow::internal
