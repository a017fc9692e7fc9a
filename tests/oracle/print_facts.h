#ifndef COW_TESTS_ORACLE_PRINT_FACTS_H_
#define COW_TESTS_ORACLE_PRINT_FACTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "cow/core/dims.h"
#include "cow/core/dtype.h"
#include "cow/tests/oracle/replay.h"

namespace cow::testing {

/// An array and NumPy's texts of it.
struct PrintFact {
  std::string id;
  DType dtype;
  Dims shape;
  std::vector<std::byte> elements;  // in C order
  std::string str;
  std::string repr;
};

/// One line of a file of such facts.
/// Errors: std::exception if it is malformed, or its numbers contradict its bytes.
PrintFact parse_print_fact(const std::string& line);

/// Replays `to_string` and `repr` of arrays in C and in Fortran order.
void replay_print_facts(const std::string& path, Tally* tally);

}  // namespace cow::testing

#endif  // COW_TESTS_ORACLE_PRINT_FACTS_H_
