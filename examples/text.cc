#include "cow/examples/text.h"

#include <unistd.h>

#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace tour {

const char* true_or_false(bool value) { return value ? "True" : "False"; }

std::string shape_text(cow::Shape shape) {
  return absl::StrCat("(", absl::StrJoin(shape, ", "), shape.size() == 1 ? ",)" : ")");
}

void print_heading(std::string_view text) {
  const bool is_bold = isatty(STDOUT_FILENO) == 1;
  std::cout << (is_bold ? "\033[1m" : "") << "=== " << text << " ===" << (is_bold ? "\033[0m" : "")
            << "\n\n";
}

}  // namespace tour
