#ifndef COW_DIAGNOSTICS_READ_FILE_H_
#define COW_DIAGNOSTICS_READ_FILE_H_

#include <optional>
#include <string>

namespace cow::alsan {

/// All bytes of a file; nothing if it cannot be opened.
std::optional<std::string> read_file(const std::string& path);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_READ_FILE_H_
