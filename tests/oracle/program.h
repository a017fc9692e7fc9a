#ifndef COW_TESTS_ORACLE_PROGRAM_H_
#define COW_TESTS_ORACLE_PROGRAM_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cow/core/dims.h"
#include "cow/core/index.h"

/// NumPy's oracle programs as plain data: small programs on named arrays, with what every array
/// must show after each step. Fields have the meaning of the JSON fields that their comments name.
namespace cow::testing {

/// A value of any element type; bools and integers are int64.
using Number = std::variant<std::int64_t, double>;

/// All elements of an array, in C order.
struct Values {
  std::string crc;                             // CRC-32 in hex; "" if not given
  std::optional<std::vector<Number>> numbers;  // `vals`; none if there are many
};

/// Where an array is, in view mode.
struct Placement {
  Dims strides;
  Index offset = 0;  // `off`: bytes from the start of the owner's buffer
  bool is_view = false;
  std::string owner;
  std::vector<std::string> shares;
  bool is_c_order = false;
  bool is_f_order = false;
  bool is_writeable = false;
};

/// What an array shows: a REC.
struct Record {
  std::string dtype;
  Dims shape;
  Values values;
  std::optional<Values> cow_values;  // in copy-on-write mode, where that is said separately
  std::optional<Placement> placement;
  std::string value;  // the first array of the value that this one belongs to, or ""
};

/// An element that a read returns and the reader's own value would not.
struct Surprise {
  Index position = 0;  // `i`: in what was read
  Index element = 0;   // `e`: in the array that it was read through
  bool of_source = false;
  Number now;
  Number was;
  std::string writer;
  std::string direction;  // `dir`: "base", "view" or "sibling"

  bool operator==(const Surprise&) const = default;
};

/// What a step reads, in both modes. The source is the second operand of an in-place operator.
struct Reading {
  Values values;
  Values cow_values;
  std::optional<Values> source_values;
  std::optional<Values> cow_source_values;
  std::optional<Number> sum;
  std::optional<Number> cow_sum;
  std::vector<Surprise> surprises;
  std::vector<Surprise> surprises_fresh;  // under the rule "fresh"
};

struct Step {
  std::string op;
  std::string out;
  std::string src;
  std::string dst;
  std::string name;
  std::string dtype;
  std::vector<IndexItem> items;
  std::vector<IndexItem> src_items;
  Dims shape;                              // also `ishape`
  std::optional<std::vector<Index>> axes;  // of transpose and squeeze; none for null
  std::vector<Index> positions;            // `idx`, `mask` or `index`
  Index start = 0;
  Index step = 0;
  Number value;
  Number limit;  // `k`

  std::string error;
  std::string error_kind;     // `kind`: of a step with several faults, the one NumPy met first
  std::string error_message;  // `msg`
  std::optional<std::map<std::string, Values>> changed;  // `chg`
  std::optional<Record> record;
  std::optional<Reading> reading;
};

struct Program {
  std::string id;
  std::string profile;
  std::vector<Step> steps;
  std::map<std::string, Record> final_records;
  std::optional<int> first_surprise_step;
};

/// One line of a program file. Throws std::exception if it is not a program.
Program parse_program(const std::string& line);

/// The programs of a file of lines, plain or gzip-compressed; lines that start with '#' are
/// comments. Throws std::runtime_error if it cannot be read, or as `parse_program`.
std::vector<Program> read_programs(const std::string& path);

}  // namespace cow::testing

#endif  // COW_TESTS_ORACLE_PROGRAM_H_
