// Replays a folder of NumPy's facts against the library:
//
//     oracle --facts=DIR
//
// prints a line for each file of facts, and before it a line for each fact that failed or was
// skipped. Exit code: 0 if nothing failed, 1 if something did, 2 if there are no facts.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>

#include "cow/tests/oracle/alias_program_facts.h"
#include "cow/tests/oracle/bounded_sum_facts.h"
#include "cow/tests/oracle/npy_facts.h"
#include "cow/tests/oracle/overlap_facts.h"
#include "cow/tests/oracle/print_facts.h"
#include "cow/tests/oracle/program_facts.h"
#include "cow/tests/oracle/replay.h"

namespace {

namespace fs = std::filesystem;

struct FactFile {
  const char* name;  // without the .gz that it may have
  void (*replay)(const std::string& path, cow::testing::Tally* tally);
};

constexpr FactFile kFactFiles[] = {
    {"overlap_facts.txt", cow::testing::replay_overlap_facts},
    {"internal_overlap_facts.txt", cow::testing::replay_self_overlap_facts},
    {"dioph_facts.txt", cow::testing::replay_bounded_sum_facts},
    {"print_facts.jsonl", cow::testing::replay_print_facts},
    {"npy/facts.json", cow::testing::replay_npy_facts},
    {"programs.jsonl", cow::testing::replay_view_programs},
    {"cow_programs.jsonl", cow::testing::replay_cow_programs},
    // The last, because from then on AliasSanitizer watches.
    {"alias_programs.jsonl", cow::testing::replay_alias_programs},
};

// The name of the file in the folder, plain or compressed; "" if it is not there.
std::string find_file(const fs::path& folder, const std::string& name) {
  for (const std::string& candidate : {name, name + ".gz"}) {
    if (fs::is_regular_file(folder / candidate)) return candidate;
  }
  return "";
}

int replay_folder(const fs::path& folder) {
  int files = 0, failed = 0;
  for (const FactFile& file : kFactFiles) {
    const std::string name = find_file(folder, file.name);
    if (name.empty()) {
      std::cout << file.name << ": not there" << std::endl;
      continue;
    }
    cow::testing::Tally tally(name, std::cout);
    file.replay(folder / name, &tally);
    if (tally.passed() + tally.failed() + tally.skipped() == 0) tally.fail("no facts");
    std::cout << tally.summary() << std::endl;
    ++files;
    failed += tally.failed();
  }
  if (files == 0) std::cerr << "no facts in " << folder.string() << std::endl;
  return files == 0 ? 2 : failed == 0 ? 0 : 1;
}

// Where `bazel run` was called, if it was; else the current folder.
fs::path working_directory() {
  const char* const directory = std::getenv("BUILD_WORKING_DIRECTORY");
  return directory == nullptr ? fs::current_path() : fs::path(directory);
}

}  // namespace

int main(int argc, char** argv) {
  constexpr std::string_view kFlag = "--facts=";
  const std::string_view argument = argc == 2 ? argv[1] : "";
  if (argument.substr(0, kFlag.size()) != kFlag) {
    std::fprintf(stderr, "usage: %s --facts=DIR\n", argv[0]);
    return 2;
  }
  return replay_folder(working_directory() / argument.substr(kFlag.size()));
}
