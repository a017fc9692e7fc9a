// Replays NumPy's oracle programs against the library:
//
//     oracle --facts=DIR
//
// prints a line a file and mode, and each failure before it; exit code 1 if there was one.

#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "cow/core/mode.h"
#include "cow/tests/oracle/program.h"
#include "cow/tests/oracle/program_runner.h"

namespace {

using cow::Mode;
using cow::testing::Outcome;
using cow::testing::Program;

// Whether all programs of the file passed or were skipped.
bool replay(const std::string& directory, const char* file, const char* note, Mode mode) {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  for (const Program& program : cow::testing::read_programs(directory + "/" + file)) {
    const Outcome outcome = cow::testing::run_program(program, mode);
    for (const std::string& failure : outcome.failures) {
      std::printf("FAILED %s %s: %s\n", file, program.id.c_str(), failure.c_str());
    }
    if (!outcome.failures.empty()) {
      ++failed;
    } else if (!outcome.skipped.empty()) {
      std::printf("SKIPPED %s %s: %s\n", file, program.id.c_str(), outcome.skipped.c_str());
      ++skipped;
    } else {
      ++passed;
    }
  }
  std::printf("%s%s: %d passed, %d failed, %d skipped\n", file, note, passed, failed, skipped);
  return failed == 0;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr std::string_view kFlag = "--facts=";
  const std::string_view argument = argc == 2 ? argv[1] : "";
  if (argument.substr(0, kFlag.size()) != kFlag) {
    std::fprintf(stderr, "usage: %s --facts=DIR\n", argv[0]);
    return 2;
  }
  const std::string directory(argument.substr(kFlag.size()));
  try {
    bool passed = replay(directory, "programs.jsonl.gz", "", Mode::kView);
    passed &= replay(directory, "cow_programs.jsonl.gz", "", Mode::kCopyOnWrite);
    passed &= replay(directory, "alias_programs.jsonl.gz", " in view mode", Mode::kView);
    passed &=
        replay(directory, "alias_programs.jsonl.gz", " in copy-on-write mode", Mode::kCopyOnWrite);
    return passed ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
