#ifndef COW_TESTS_ORACLE_NUMBER_READER_H_
#define COW_TESTS_ORACLE_NUMBER_READER_H_

#include <sstream>
#include <string>
#include <vector>

#include "cow/core/dims.h"

namespace cow::testing {

/// Takes a line of numbers, bars and words apart, from left to right.
/// Errors: `std::invalid_argument` where the line has something else.
class NumberReader {
 public:
  explicit NumberReader(const std::string& line) : in_(line) {}

  Index number();
  bool bit();
  std::vector<Index> numbers(Index count);
  void bar();
  std::string word();
  void end();

 private:
  void require(bool condition, const char* expected);

  std::istringstream in_;
};

}  // namespace cow::testing

#endif  // COW_TESTS_ORACLE_NUMBER_READER_H_
