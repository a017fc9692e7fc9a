#ifndef COW_DIAGNOSTICS_SYMBOLIZER_H_
#define COW_DIAGNOSTICS_SYMBOLIZER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "cow/diagnostics/frame.h"

namespace cow::alsan {

/// The functions that `return_address` lies in, the innermost of the inlined ones first, with file
/// names as the compiler recorded them. Asks a linked sanitizer's symbolizer, then libbacktrace,
/// then the symbol table. At least one frame: where nothing else is known its file is
/// "(module+0xoffset)", and an address that is not code gives an empty one.
/// Milliseconds for the first address, then cached. Thread-safe; not async-signal-safe.
std::vector<Frame> symbolize(std::uintptr_t return_address);

/// Whether `frame`, as `symbolize` gives it, is inside this library or the standard library, so
/// that a report starts after it.
bool is_library_frame(const Frame& frame);

/// How `resolve` shows frames.
struct ResolveOptions {
  /// False: modules and offsets only.
  bool symbolize = true;
  /// File names are cut up to and including this text.
  std::string strip_path_prefix;
};

/// The frames of a captured stack that a report shows: from the first one outside this library and
/// the standard library to `main`, with `display_path`. All of them if none is outside.
/// Ends early at an address that is not code.
/// The program `addr2line` is run where functions of a stack lack the lines that others have.
std::vector<Frame> resolve(absl::Span<const std::uintptr_t> stack, const ResolveOptions& options);

namespace symbolizer_internal {

/// As `alsan::is_library_frame`, for a library whose sources lie under `source_root`, such as
/// "external/cow_array/" or "", and whose headers are also found under `include_root`.
bool is_library_frame(const Frame& frame, std::string_view source_root,
                      std::string_view include_root);

/// This header's path as the compiler was given it.
inline const char* symbolizer_header_path() { return __FILE__; }

}  // namespace symbolizer_internal
}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_SYMBOLIZER_H_
