#ifndef COW_DIAGNOSTICS_ADDR2LINE_H_
#define COW_DIAGNOSTICS_ADDR2LINE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "cow/diagnostics/frame.h"

namespace cow::alsan {

/// What the program `addr2line` of the binutils says of code `offsets` in the file at
/// `module_path`: for each the frames, innermost first, with mangled function names, and "??"
/// where it knows nothing. Empty if the program is missing or fails. Runs one process, some ten ms
/// for a small module.
std::vector<std::vector<Frame>> ask_addr2line(const std::string& module_path,
                                              absl::Span<const std::uintptr_t> offsets);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_ADDR2LINE_H_
