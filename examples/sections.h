#ifndef COW_EXAMPLES_SECTIONS_H_
#define COW_EXAMPLES_SECTIONS_H_

#include <string>

#include "absl/status/status.h"

/// The parts of the tour that `tour.cc` does not hold itself. Each prints to standard output.
namespace tour {

/// The tutorial's shorter programs, in the order of its text.
void run_snippets();

/// A view of one digit is inverted for display; then the mean of all digits is taken. `program` is
/// `argv[0]`, to find the data by. Errors: those of `load_npy`, and a file without images.
absl::Status run_digits(const std::string& program);

/// View, eager copy and copy-on-write copy of one large array: time, bytes, and what the base
/// shows after a write.
void run_cost();

}  // namespace tour

#endif  // COW_EXAMPLES_SECTIONS_H_
