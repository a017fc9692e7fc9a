#include "cow/diagnostics/addr2line.h"

#include <stdlib.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "cow/tests/temporary_directory.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Puts a program of this name first in PATH that prints `output`.
class FakeProgram {
 public:
  explicit FakeProgram(const std::string& output) : old_path_(getenv("PATH")) {
    const std::string path = directory_.path() + "/addr2line";
    std::ofstream(path) << "#!/bin/sh\necho \"$@\" > " << directory_.path()
                        << "/arguments\ncat <<'END'\n"
                        << output << "END\n";
    EXPECT_EQ(std::system(("chmod +x " + path).c_str()), 0);
    setenv("PATH", (directory_.path() + ":" + old_path_).c_str(), 1);
  }
  ~FakeProgram() { setenv("PATH", old_path_.c_str(), 1); }

  std::string arguments() const {
    std::string text;
    std::getline(std::ifstream(directory_.path() + "/arguments"), text);
    return text;
  }

 private:
  std::string old_path_;
  TemporaryDirectory directory_;
};

TEST(Addr2lineTest, ReadsFramesOfEachOffset) {
  const FakeProgram program(
      "0x0000000000001234\n_Z5innerv\n/src/a b.cc:12 (discriminator 3)\nmain\n/src/m.cc:7\n"
      "0x0000000000005678\n??\n??:0\n0x0000000000009abc\nf\nx.cc:?\n");
  EXPECT_THAT(
      ask_addr2line("/lib/x y.so", {0x1234, 0x5678, 0x9abc}),
      ElementsAre(ElementsAre(Frame{"_Z5innerv", "/src/a b.cc", 12}, Frame{"main", "/src/m.cc", 7}),
                  ElementsAre(Frame{"??", "??", 0}), ElementsAre(Frame{"f", "x.cc", 0})));
  EXPECT_EQ(program.arguments(), "-a -f -i -e /lib/x y.so 0x1234 0x5678 0x9abc");
}

TEST(Addr2lineTest, OddOutputIsNoAnswer) {
  for (const char* output : {"", "f\n", "0x1234\nf\n", "0x1\n0x2\n", "nonsense\nnonsense\n"}) {
    const FakeProgram program(output);
    EXPECT_THAT(ask_addr2line("/lib/x.so", {0x1234}), IsEmpty()) << output;
  }
}

TEST(Addr2lineTest, LongOutputIsReadWhole) {
  std::string output;
  std::vector<std::uintptr_t> offsets;
  for (int i = 0; i < 20'000; ++i) {
    output += "0x1\nfunction\nfile.cc:3\n";
    if (i < 5'000) offsets.push_back(i);
  }
  const FakeProgram program(output);
  EXPECT_THAT(ask_addr2line("/lib/x.so", offsets), IsEmpty());
  output.resize(output.size() / 4);
  const FakeProgram fitting(output);
  EXPECT_EQ(ask_addr2line("/lib/x.so", offsets).size(), 5'000u);
}

TEST(Addr2lineTest, MissingProgramIsNoAnswer) {
  const std::string path = getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  EXPECT_THAT(ask_addr2line("/proc/self/exe", {0x1234}), IsEmpty());
  setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace cow::alsan
