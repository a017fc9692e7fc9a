// What the runner says, and how it exits: of the repository's facts, and of wrong ones.

#include <sys/wait.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "cow/tests/facts.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const char kFacts[] = "tests/oracle/facts";

struct Result {
  int exit_code;
  std::string text;
};

Result run(const fs::path& folder) {
  const std::string command =
      "tests/oracle/oracle --facts='" + fs::absolute(folder).string() + "' 2>&1";
  std::FILE* const pipe = popen(command.c_str(), "r");
  std::string text;
  char block[4096];
  for (std::size_t size; (size = fread(block, 1, sizeof block, pipe)) > 0;)
    text.append(block, size);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

// A folder of its own for each test.
class RunnerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(::testing::TempDir()) /
        (std::string("facts-") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "npy");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void put(const std::string& name, const std::string& content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }

  // Of the repository's, plain or compressed.
  static std::string path_of(const std::string& file) {
    const std::string path = std::string(kFacts) + "/" + file;
    return fs::exists(path) ? path : path + ".gz";
  }

  fs::path folder_;
};

TEST_F(RunnerTest, TheRepositorysFactsHold) {
  const Result result = run(kFacts);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.text, Not(HasSubstr("FAILED")));
  EXPECT_THAT(result.text, Not(HasSubstr("not there")));
  for (const char* line :
       {"overlap_facts.txt.gz: 20270 passed, 0 failed, 0 skipped\n",
        "internal_overlap_facts.txt.gz: 3110 passed, 0 failed, 0 skipped\n",
        "dioph_facts.txt.gz: 1501 passed, 0 failed, 0 skipped\n",
        "print_facts.jsonl.gz: 388 passed, 0 failed, 0 skipped\n",
        "npy/facts.json: 83 passed, 0 failed, 2 skipped\n",
        "SKIPPED npy/facts.json ok_float16.npy: the library has no elements of type <f2\n",
        "SKIPPED npy/facts.json ok_structured.npy: the library has no elements of type |V12\n",
        "\nprograms.jsonl.gz: 948 passed, 0 failed, 0 skipped\n",
        "cow_programs.jsonl.gz: 914 passed, 0 failed, 0 skipped\n",
        "alias_programs.jsonl.gz: 500 passed, 0 failed, 0 skipped\n"}) {
    EXPECT_THAT(result.text, HasSubstr(line));
  }
}

TEST_F(RunnerTest, WithoutFactsItFails) {
  const Result result = run(folder_);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.text, HasSubstr("cow_programs.jsonl: not there\n"));
}

TEST_F(RunnerTest, FilesThatAreNotThereAreNamed) {
  put("dioph_facts.txt", "1 3 4 6 | 1\n");
  const Result result = run(folder_);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.text, AllOf(HasSubstr("dioph_facts.txt: 1 passed, 0 failed, 0 skipped\n"),
                                 HasSubstr("\nnpy/facts.json: not there\n")));
}

TEST_F(RunnerTest, FilesWithoutFactsAreFailures) {
  put("dioph_facts.txt", "# nothing\n");
  put("npy/facts.json", "{");
  const Result result = run(folder_);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.text, AllOf(HasSubstr("FAILED dioph_facts.txt as a whole: no facts\n"),
                                 HasSubstr("FAILED npy/facts.json as a whole: ")));
}

// A fact made wrong, and what the runner is to say.
struct Wrong {
  const char* file;  // as the runner names it when it is not compressed
  const char* was;
  const char* now;
  const char* message;
};

class WrongFactTest : public RunnerTest, public ::testing::WithParamInterface<Wrong> {};

TEST_P(WrongFactTest, IsFound) {
  const Wrong& wrong = GetParam();
  const std::vector<std::string> lines = read_lines(path_of(wrong.file));
  std::string content;
  std::size_t line = 0;
  std::size_t found = std::string::npos;
  while (found == std::string::npos && line < lines.size()) {
    std::string text = lines[line++];
    found = text.find(wrong.was);
    if (found != std::string::npos) text.replace(found, std::strlen(wrong.was), wrong.now);
    content += text + "\n";
  }
  ASSERT_NE(found, std::string::npos) << "no fact has " << wrong.was;
  put(wrong.file, content);

  const Result result = run(folder_);
  EXPECT_EQ(result.exit_code, 1);
  const std::string where = "FAILED " + std::string(wrong.file) + " line " + std::to_string(line);
  EXPECT_THAT(result.text, AllOf(HasSubstr(where), HasSubstr(wrong.message)));
  EXPECT_THAT(result.text, HasSubstr(std::string(wrong.file) + ": "));
  EXPECT_THAT(result.text, HasSubstr(" passed, 1 failed, 0 skipped\n"));
}

INSTANTIATE_TEST_SUITE_P(
    Overlap, WrongFactTest,
    ::testing::Values(
        Wrong{"overlap_facts.txt", "| 1 1 |", "| 0 1 |", ": share a byte: yes, not no\n"},
        Wrong{"overlap_facts.txt", "| 0 1 |", "| 1 1 |", ": share a byte: no, not yes\n"},
        Wrong{"overlap_facts.txt", "| 0 0 |", "| 0 1 |", ": bounds meet: not yes\n"},
        Wrong{"overlap_facts.txt", "| 0 0 |", "| 0 |", ": malformed fact"},
        Wrong{"internal_overlap_facts.txt", "| 0", "| 1", ": overlaps itself: no, not yes\n"},
        Wrong{"internal_overlap_facts.txt", "| 1", "| 0", ": overlaps itself: yes, not no\n"},
        Wrong{"dioph_facts.txt", "| 0", "| 1", ": no solution is found\n"},
        Wrong{"dioph_facts.txt", "| 1", "| 0", ": not found to have no solution\n"}));

INSTANTIATE_TEST_SUITE_P(
    Print, WrongFactTest,
    ::testing::Values(
        Wrong{"print_facts.jsonl", "\"str\":\"[0 1 2", "\"str\":\"[0 1 3", "str \"[0 1 2"},
        Wrong{"print_facts.jsonl", "array([0, 1", "array([0,  1", "repr \"array([0, 1"},
        Wrong{"print_facts.jsonl", "[\"0\",\"1\",\"2\"", "[\"0\",\"1\",\"3\"", "str \"[0 1 3"},
        Wrong{"print_facts.jsonl", "\"hex\":\"00", "\"hex\":\"01", "not those of the bytes"},
        Wrong{"print_facts.jsonl", "\"shape\":[3]", "\"shape\":[4]", "not as many elements"},
        Wrong{"print_facts.jsonl", "\"dtype\":\"int32\"", "\"dtype\":\"int33\"", "no type int33"}));

INSTANTIATE_TEST_SUITE_P(
    Programs, WrongFactTest,
    ::testing::Values(
        Wrong{"programs.jsonl", "\"crc\":\"", "\"crc\":\"x", "checksum "},
        Wrong{"programs.jsonl", "\"vals\":[", "\"vals\":[7,", " elements, not "},
        Wrong{"programs.jsonl", "\"final\":{\"v0\":{", "\"final\":{\"v\":{", "v is missing"},
        Wrong{"programs.jsonl", "\"err\":\"IndexError\"", "\"err\":\"ValueError\"", "instead of"},
        Wrong{"programs.jsonl", "\"off\":0", "\"off\":8", "offset 0, not 8"},
        Wrong{"cow_programs.jsonl", "\"crc\":\"", "\"crc\":\"x", "checksum "},
        Wrong{"cow_programs.jsonl", "\"vals\":[", "\"vals\":[7,", " elements, not "},
        Wrong{"alias_programs.jsonl", "\"vals\":[", "\"vals\":[7,", " elements, not "},
        Wrong{"alias_programs.jsonl", "\"cow_vals\":[", "\"cow_vals\":[7,",
              "in copy-on-write mode: step"},
        Wrong{"alias_programs.jsonl", "\"dir\":\"base\"", "\"dir\":\"view\"", "surprises {"},
        Wrong{"alias_programs.jsonl", "\"e\":", "\"e\":1", "surprises {"},
        Wrong{"alias_programs.jsonl", "\"writer\":\"", "\"writer\":\"x", "surprises {"},
        Wrong{"alias_programs.jsonl", "\"first_surprise_step\":", "\"first_surprise_step\":9",
              "first surprise in step"}));

// The facts of .npy files are one JSON value: a wrong one is named by its file.
class WrongNpyFactTest : public RunnerTest, public ::testing::WithParamInterface<Wrong> {};

TEST_P(WrongNpyFactTest, IsFound) {
  const Wrong& wrong = GetParam();
  for (const auto& entry : fs::directory_iterator(std::string(kFacts) + "/npy")) {
    fs::copy_file(entry.path(), folder_ / "npy" / entry.path().filename());
  }
  std::string content;
  bool found = false;
  for (std::string line : read_lines(path_of("npy/facts.json"))) {
    const std::size_t at = line.find(wrong.was);
    if (line.find(wrong.file) != std::string::npos && at != std::string::npos) {
      line.replace(at, std::strlen(wrong.was), wrong.now);
      found = true;
    }
    content += line + "\n";
  }
  ASSERT_TRUE(found);
  fs::remove(folder_ / "npy/facts.json");
  put("npy/facts.json", content);

  const Result result = run(folder_);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.text,
              HasSubstr("FAILED npy/facts.json " + std::string(wrong.file) + ": " + wrong.message));
  EXPECT_THAT(result.text, HasSubstr("\nnpy/facts.json: 82 passed, 1 failed, 2 skipped\n"));
}

INSTANTIATE_TEST_SUITE_P(
    Npy, WrongNpyFactTest,
    ::testing::Values(
        Wrong{"ok_c_int16.npy", "\"crc\": \"", "\"crc\": \"x", "loaded: checksum "},
        Wrong{"ok_c_int16.npy", "[-53", "[-54", "mapped to write: element 0 is not -54"},
        Wrong{"ok_c_int16.npy", "[3, 4]", "[4, 3]", "loaded: shape (3, 4), not (4, 3)"},
        Wrong{"ok_c_int16.npy", "<i2", "<u2", ""},
        Wrong{"ok_c_int16.npy", "152", "153", "152 bytes, not 153"},
        Wrong{"ok_f_float32.npy", "true, \"crc", "false, \"crc", "loaded: the elements are in"},
        Wrong{"ok_special_f64.npy", "\"-0.0\"", "\"0.0\"", "mapped to read: element 3 is not 0.0"},
        Wrong{"bad_bad_magic.npy", "reject", "accept", ""},
        Wrong{"bad_trailing_data.npy", "\"accept\"", "\"reject\"",
              "a malformed file is accepted"}));

}  // namespace
}  // namespace cow::testing
