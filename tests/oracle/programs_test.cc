// NumPy's oracle programs, replayed step by step in both modes. `program_runner.h` says what is
// compared.

#include <map>
#include <string>
#include <vector>

#include "cow/core/mode.h"
#include "cow/tests/oracle/program.h"
#include "cow/tests/oracle/program_runner.h"
#include "gtest/gtest.h"

namespace cow::testing {
namespace {

constexpr char kFacts[] = "tests/oracle/facts/";

// The programs of one profile of one file, and how many there are.
struct Part {
  const char* file;
  const char* profile;
  int count;
};

const std::vector<Program>& programs_of(const std::string& file) {
  static std::map<std::string, std::vector<Program>>* const read =
      new std::map<std::string, std::vector<Program>>;
  auto [found, is_new] = read->try_emplace(file);
  if (is_new) found->second = read_programs(kFacts + file);
  return found->second;
}

void replay(const Part& part, Mode mode) {
  int count = 0;
  for (const Program& program : programs_of(part.file)) {
    if (program.profile != part.profile) continue;
    ++count;
    const Outcome outcome = run_program(program, mode);
    EXPECT_EQ(outcome.skipped, "") << program.id;
    for (const std::string& failure : outcome.failures)
      ADD_FAILURE() << program.id << ": " << failure;
  }
  EXPECT_EQ(count, part.count);
}

std::string name_of(const ::testing::TestParamInfo<Part>& info) {
  std::string name = info.param.profile;
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

class ViewProgramsTest : public ::testing::TestWithParam<Part> {};
TEST_P(ViewProgramsTest, ShowsNumPysFacts) { replay(GetParam(), Mode::kView); }
INSTANTIATE_TEST_SUITE_P(Programs, ViewProgramsTest,
                         ::testing::Values(Part{"programs.jsonl.gz", "mix", 450},
                                           Part{"programs.jsonl.gz", "overlap", 150},
                                           Part{"programs.jsonl.gz", "errors", 120},
                                           Part{"programs.jsonl.gz", "empty", 75},
                                           Part{"programs.jsonl.gz", "mixed_dtype", 75},
                                           Part{"programs.jsonl.gz", "iadd_array", 45},
                                           Part{"programs.jsonl.gz", "grid", 33}),
                         name_of);

class CopyOnWriteProgramsTest : public ::testing::TestWithParam<Part> {};
TEST_P(CopyOnWriteProgramsTest, KeepsValuesApart) { replay(GetParam(), Mode::kCopyOnWrite); }
INSTANTIATE_TEST_SUITE_P(Programs, CopyOnWriteProgramsTest,
                         ::testing::Values(Part{"cow_programs.jsonl.gz", "mix", 450},
                                           Part{"cow_programs.jsonl.gz", "overlap", 150},
                                           Part{"cow_programs.jsonl.gz", "errors", 120},
                                           Part{"cow_programs.jsonl.gz", "empty", 74},
                                           Part{"cow_programs.jsonl.gz", "mixed_dtype", 75},
                                           Part{"cow_programs.jsonl.gz", "iadd_array", 45}),
                         name_of);

class AliasProgramsTest : public ::testing::TestWithParam<Part> {};
TEST_P(AliasProgramsTest, ReadsNumPysValuesInViewMode) { replay(GetParam(), Mode::kView); }
TEST_P(AliasProgramsTest, KeepsValuesApartInCopyOnWriteMode) {
  replay(GetParam(), Mode::kCopyOnWrite);
}
INSTANTIATE_TEST_SUITE_P(Programs, AliasProgramsTest,
                         ::testing::Values(Part{"alias_programs.jsonl.gz", "directed", 36},
                                           Part{"alias_programs.jsonl.gz", "mix", 140},
                                           Part{"alias_programs.jsonl.gz", "refs", 56},
                                           Part{"alias_programs.jsonl.gz", "revert", 47},
                                           Part{"alias_programs.jsonl.gz", "inplace", 37},
                                           Part{"alias_programs.jsonl.gz", "stale", 37},
                                           Part{"alias_programs.jsonl.gz", "deep", 28},
                                           Part{"alias_programs.jsonl.gz", "dropbase", 25},
                                           Part{"alias_programs.jsonl.gz", "clean", 37},
                                           Part{"alias_programs.jsonl.gz", "clean-refs", 19},
                                           Part{"alias_programs.jsonl.gz", "clean-pairs", 19},
                                           Part{"alias_programs.jsonl.gz", "clean-dropbase", 19}),
                         name_of);

// ---- the runner itself --------------------------------------------------------------------------

constexpr char kMake[] =
    R"({"op":"make","out":"a","dtype":"int64","shape":[4],"start":0,"step":1,"exp":{"ok":true,)"
    R"("chg":{},"rec":{"shape":[4],"dtype":"int64","vals":[0,1,2,3],"strides":[8],"off":0,)"
    R"("view":false,"owner":"a","shares":[],"c":1,"f":1,"w":1}}})";
constexpr char kSlice[] =
    R"({"op":"index","src":"a","items":[[1,3,null]],"out":"b","exp":{"ok":true,"chg":{},"rec":)"
    R"({"shape":[2],"dtype":"int64","vals":[1,2],"strides":[8],"off":8,"view":true,"owner":"a",)"
    R"("shares":["a"],"c":1,"f":1,"w":1}}})";
constexpr char kWrite[] =
    R"({"op":"set_scalar","dst":"b","items":[0],"value":9,"exp":{"ok":true,"chg":)"
    R"({"a":{"vals":[0,9,2,3]},"b":{"vals":[9,2]}}}})";

std::string run(const std::vector<std::string>& steps) {
  std::string line;
  for (const std::string& step : steps) line += (line.empty() ? "" : ",") + step;
  const Outcome outcome = run_program(
      parse_program(R"({"id":"own","profile":"own","final":{},"steps":[)" + line + "]}"),
      Mode::kView);
  return outcome.failures.empty() ? outcome.skipped : outcome.failures.front();
}

// `step` with `now` in place of `was`.
std::string with(std::string step, const std::string& was, const std::string& now) {
  return step.replace(step.find(was), was.size(), now);
}

TEST(ProgramRunnerTest, PassesWhatIsRight) { EXPECT_EQ(run({kMake, kSlice, kWrite}), ""); }

TEST(ProgramRunnerTest, FindsWrongFactsOfAView) {
  const std::vector<std::vector<std::string>> changes = {
      {"[2],\"dtype", "[3],\"dtype", "shape (2,), not (3,)"},
      {"int64", "int32", "dtype int64, not int32"},
      {"[1,2]", "[1,3]", "b: element 1 is 2, not 3"},
      {"[8]", "[16]", "stride 0 8, not 16"},
      {"\"off\":8", "\"off\":0", "offset 8, not 0"},
      {"\"owner\":\"a\"", "\"owner\":\"b\"", "owner a, not b"},
      {"[\"a\"]", "[]", "shares {a}, not {}"},
      {"\"c\":1", "\"c\":0", "C order 1, not 0"},
      {"\"f\":1", "\"f\":0", "Fortran order 1, not 0"},
      {"\"w\":1", "\"w\":0", "writeable 1, not 0"},
      {"\"vals\":[1,2]", "\"crc\":\"01234567\"", "b: checksum "}};
  for (const std::vector<std::string>& change : changes) {
    const std::string failure = run({kMake, with(kSlice, change[0], change[1])});
    EXPECT_EQ(failure.find("step 1 index: " + change[2]), 0u) << failure;
  }
}

TEST(ProgramRunnerTest, FindsChangesThatAreNotListed) {
  EXPECT_EQ(run({kMake, kSlice, with(kWrite, R"("a":{"vals":[0,9,2,3]},)", "")}),
            "step 2 set_scalar: a: element 1 is 9, not 1");
}

TEST(ProgramRunnerTest, FindsWrongErrors) {
  const std::string bad =
      R"({"op":"index","src":"a","items":[4],"out":"c","exp":{"ok":false,"err":"IndexError",)"
      R"("chg":{}}})";
  EXPECT_EQ(run({kMake, bad}), "");
  EXPECT_NE(run({kMake, with(bad, "IndexError", "ValueError")}), "");
  EXPECT_EQ(run({kMake, with(bad, "[4]", "[3]")}), "step 1 index: no error instead of IndexError ");
}

TEST(ProgramRunnerTest, SaysWhatItSkips) {
  EXPECT_EQ(run({kMake, R"({"op":"fly","src":"a","exp":{}})"}), "step 1 fly: fly");
}

}  // namespace
}  // namespace cow::testing
