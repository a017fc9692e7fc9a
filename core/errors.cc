#include "cow/core/errors.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cow {

std::string tuple_text(Shape shape) {
  return absl::StrCat("(", absl::StrJoin(shape, ", "), shape.size() == 1 ? ",)" : ")");
}

namespace internal {
namespace {

template <class Exception>
[[noreturn]] void raise(const std::string& message) {
#if defined(__cpp_exceptions)
  throw Exception(message);
#else
  std::fprintf(stderr, "cow_array: %s\n", message.c_str());
  std::abort();
#endif
}

}  // namespace

void throw_out_of_range(const std::string& message) { raise<std::out_of_range>(message); }
void throw_invalid_argument(const std::string& message) { raise<std::invalid_argument>(message); }
void throw_read_only(const std::string& message) { raise<ReadOnlyError>(message); }
void throw_too_hard(const std::string& message) { raise<TooHard>(message); }
void throw_overflow(const std::string& message) { raise<std::overflow_error>(message); }

}  // namespace internal
}  // namespace cow
