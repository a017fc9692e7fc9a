#ifndef COW_TESTS_ORACLE_PROGRAM_RUNNER_H_
#define COW_TESTS_ORACLE_PROGRAM_RUNNER_H_

#include <string>
#include <vector>

#include "cow/core/mode.h"
#include "cow/tests/oracle/program.h"
#include "cow/tests/oracle/program_arrays.h"
#include "cow/tests/oracle/replay.h"

namespace cow::testing {

/// Told of each step of a program: what a test of diagnostics hooks into. Arrays are labelled with
/// their names, and nothing but the step itself reads or writes them between the two calls.
class StepObserver {
 public:
  virtual ~StepObserver() = default;
  virtual void before_step(const Program&, int /*step*/, const Arrays&) {}
  /// What is wrong, for the outcome.
  virtual std::vector<std::string> after_step(const Program&, int /*step*/, const Arrays&) {
    return {};
  }
};

/// Runs `program` on arrays of `mode` and compares all that its facts say of that mode after each
/// step, up to the first that fails: values of every live array, dtypes, shapes, errors; in view
/// mode also where arrays are. Skipped if the library has no call for a step.
/// Reads and writes beyond the program's own are not seen by diagnostics.
Outcome run_program(const Program& program, Mode mode, StepObserver* observer = nullptr);

}  // namespace cow::testing

#endif  // COW_TESTS_ORACLE_PROGRAM_RUNNER_H_
