#ifndef COW_CORE_ERRORS_H_
#define COW_CORE_ERRORS_H_

#include <stdexcept>
#include <string>

#include "cow/core/dims.h"

namespace cow {

/// A write was refused: the array is read-only. NumPy's `ValueError: assignment destination is
/// read-only`.
class ReadOnlyError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// The exact answer needs more work than the caller allowed (`max_work`). NumPy's `TooHardError`.
class TooHard : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `shape` as Python writes a tuple: "()", "(3,)", "(3, 4)".
std::string tuple_text(Shape shape);

namespace internal {

// Each throws the exception named, or, where the library is built without exceptions, prints
// `message` on standard error and aborts.
[[noreturn]] void throw_out_of_range(const std::string& message);
[[noreturn]] void throw_invalid_argument(const std::string& message);
[[noreturn]] void throw_read_only(const std::string& message);
[[noreturn]] void throw_too_hard(const std::string& message);
[[noreturn]] void throw_overflow(const std::string& message);  // std::overflow_error

}  // namespace internal
}  // namespace cow

#endif  // COW_CORE_ERRORS_H_
