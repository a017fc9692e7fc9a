#ifndef COW_CORE_LATTICE_SEARCH_H_
#define COW_CORE_LATTICE_SEARCH_H_

#include "cow/core/bounded_sum_search.h"

namespace cow::internal {

/// Reduces the lattice of all integer solutions, then enumerates those in the box. The time depends
/// on the number of terms and hardly on the size of the numbers: for few terms with large
/// coefficients and bounds, or many terms with few solutions.
///
/// Answers kNo and kYes exactly, although it works with floating point: see lattice_search.cc.
/// kTooHard if the budget does not suffice or the numbers are too wild for floating point.
Verdict search_lattice(const BoundedSum<Index>& sum, WorkBudget* budget, Numbers<Index>* x);

}  // namespace cow::internal

#endif  // COW_CORE_LATTICE_SEARCH_H_
