#ifndef COW_TESTS_ORACLE_PROGRAM_ARRAYS_H_
#define COW_TESTS_ORACLE_PROGRAM_ARRAYS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

#include "cow/core/array.h"
#include "cow/tests/oracle/program.h"

/// The named arrays of a running program, and its operations as calls of the library.
namespace cow::testing {

/// Of any element type that the programs use.
using AnyArray = std::variant<Array<bool>, Array<std::uint8_t>, Array<std::int32_t>,
                              Array<std::int64_t>, Array<float>, Array<double>>;
using Arrays = std::map<std::string, AnyArray>;

/// The elements of an array in C order, as bytes.
struct Elements {
  DType dtype;
  std::string bytes;
};

/// The library has no call for a step.
class UnsupportedStep : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

const internal::Node& node_of(const AnyArray& array);

/// What the array holds, taken from memory without a call that diagnostics would see as a read.
Elements peek(const AnyArray& array);

/// The same of the part that `items` names. Errors: as `index_layout`.
Elements peek(const AnyArray& array, IndexItems items);

/// Runs one step. Returns the elements that it returned, of the steps that only read ("sum" gives
/// one element). Errors: `UnsupportedStep`, and what the library throws.
std::optional<Elements> perform(const Step& step, Arrays* arrays);

/// "" if `elements` are `expected`, else how they differ.
std::string difference(const Elements& elements, const Values& expected);

}  // namespace cow::testing

#endif  // COW_TESTS_ORACLE_PROGRAM_ARRAYS_H_
