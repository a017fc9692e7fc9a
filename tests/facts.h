#ifndef COW_TESTS_FACTS_H_
#define COW_TESTS_FACTS_H_

#include <string>
#include <vector>

namespace cow::testing {

/// The lines of a text file, plain or gzip-compressed, without line ends, in order.
/// Throws std::runtime_error, naming the path, if the file cannot be read to its end.
std::vector<std::string> read_lines(const std::string& path);

}  // namespace cow::testing

#endif  // COW_TESTS_FACTS_H_
