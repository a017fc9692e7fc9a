#include "cow/tests/oracle/program_facts.h"

#include "cow/core/mode.h"
#include "cow/tests/oracle/program.h"
#include "cow/tests/oracle/program_runner.h"

namespace cow::testing {
namespace {

void replay(const std::string& path, Mode mode, Tally* tally) {
  check_lines(path, tally, [&](const std::string& line) {
    const Program program = parse_program(line);
    Outcome outcome = run_program(program, mode);
    outcome.id = program.id;
    return outcome;
  });
}

}  // namespace

void replay_view_programs(const std::string& path, Tally* tally) {
  replay(path, Mode::kView, tally);
}

void replay_cow_programs(const std::string& path, Tally* tally) {
  replay(path, Mode::kCopyOnWrite, tally);
}

}  // namespace cow::testing
