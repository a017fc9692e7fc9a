#ifndef COW_EXAMPLES_TEXT_H_
#define COW_EXAMPLES_TEXT_H_

#include <string>
#include <string_view>

#include "cow/core/dims.h"

namespace tour {

/// As Python prints a bool.
const char* true_or_false(bool value);

/// As Python prints the shape of an array: "(3, 4)", "(6,)".
std::string shape_text(cow::Shape shape);

/// Starts a section on standard output, in bold on a terminal.
void print_heading(std::string_view text);

}  // namespace tour

#endif  // COW_EXAMPLES_TEXT_H_
