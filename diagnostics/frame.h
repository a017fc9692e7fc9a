#ifndef COW_DIAGNOSTICS_FRAME_H_
#define COW_DIAGNOSTICS_FRAME_H_

#include <string>
#include <string_view>

namespace cow::alsan {

/// One line of a stack: a function and where in it.
struct Frame {
  /// Demangled, without parameters: "main", "ns::f". Empty if unknown.
  std::string function;
  /// Empty if unknown.
  std::string file;
  /// From 1; 0 if unknown.
  int line = 0;

  friend bool operator==(const Frame&, const Frame&) = default;
};

/// A demangled function without return type, parameters and qualifiers: "ns::f<int>" for
/// "void ns::f<int>(int)". What it cannot make out it returns as it is.
std::string short_function(std::string_view demangled);

/// `path` in normal form and relative to the directory that the build ran in, if it says so.
std::string normal_path(std::string_view path);

/// `path` as a reader of the source tree knows it: as `normal_path`, without the directories that
/// the build system adds, then without everything up to the end of the first `strip_path_prefix`.
std::string display_path(std::string_view path, std::string_view strip_path_prefix = "");

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_FRAME_H_
