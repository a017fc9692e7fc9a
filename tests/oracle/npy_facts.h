#ifndef COW_TESTS_ORACLE_NPY_FACTS_H_
#define COW_TESTS_ORACLE_NPY_FACTS_H_

#include <optional>
#include <string>
#include <vector>

#include "cow/core/dims.h"
#include "cow/core/dtype.h"
#include "cow/tests/oracle/replay.h"

namespace cow::testing {

/// What NumPy loads of a file.
struct NpyContent {
  std::string dtype_code;  // such as "<i4"
  std::optional<DType> dtype;
  bool is_big_endian = false;
  Dims shape;
  bool is_fortran_order = false;
  std::string crc;
  std::optional<std::vector<std::string>> values;  // decimal, in C order
};

/// A .npy file and what becomes of it.
struct NpyFact {
  std::string file;
  bool is_valid = false;
  std::string expect;     // of a file that is not valid: "reject", "accept", "accept or reject"
  int major_version = 0;  // of a valid file
  Index file_bytes = 0;
  std::optional<NpyContent> numpy;  // none if it raises
};

/// The facts of a file, plain or gzip-compressed. Errors: std::exception.
std::vector<NpyFact> read_npy_facts(const std::string& path);

/// Replays `load_npy` of all the files that `path` speaks of, which are beside it; malformed ones
/// are to be refused. Valid files with elements of a type that the library has not are skipped
/// if they are refused because of that.
void replay_npy_facts(const std::string& path, Tally* tally);

}  // namespace cow::testing

#endif  // COW_TESTS_ORACLE_NPY_FACTS_H_
