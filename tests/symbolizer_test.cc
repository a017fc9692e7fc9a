#include "cow/diagnostics/symbolizer.h"

#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "cow/diagnostics/stack.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::EndsWith;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

using Pcs = std::vector<std::uintptr_t>;

// Whether this binary was built with line numbers and not stripped: read off the file itself.
bool has_lines() {
  std::ostringstream bytes;
  bytes << std::ifstream("/proc/self/exe", std::ios::binary).rdbuf();
  const std::string file = bytes.str();
  Elf64_Ehdr header;
  std::memcpy(&header, file.data(), sizeof(header));
  std::vector<Elf64_Shdr> sections(header.e_shnum);
  std::memcpy(sections.data(), file.data() + header.e_shoff, sections.size() * sizeof(Elf64_Shdr));
  return std::ranges::any_of(sections, [&](const Elf64_Shdr& section) {
    return std::string(".debug_line") ==
           file.data() + sections[header.e_shstrndx].sh_offset + section.sh_name;
  });
}

void no_tail_call() { asm volatile("" ::: "memory"); }

struct Site {
  Pcs stack;
  int line;
};

__attribute__((noinline)) Site capture_here() {
  Pcs pcs(16);
  // clang-format off
  const int line = __LINE__; pcs.resize(capture_stack(absl::MakeSpan(pcs)));
  // clang-format on
  return {pcs, line};
}

__attribute__((always_inline)) inline void capture_inlined(std::uintptr_t* pc) {
  capture_stack({pc, 1});
  no_tail_call();
}

__attribute__((noinline)) int call_inlined(std::uintptr_t* pc) {
  // clang-format off
  const int line = __LINE__; capture_inlined(pc);
  // clang-format on
  return line;
}

template <class T>
struct Holder {
  __attribute__((noinline)) static void capture(std::uintptr_t* pc) {
    capture_stack({pc, 1});
    no_tail_call();
  }
};

// The mangled name of a type.
extern "C" __attribute__((noinline)) void i(std::uintptr_t* pc) {
  capture_stack({pc, 1});
  no_tail_call();
}

TEST(SymbolizerTest, FindsFunctionFileAndLine) {
  if (!has_lines()) GTEST_SKIP() << "built without line numbers";
  const Site site = capture_here();
  const std::vector<Frame> frames = symbolize(site.stack[0]);
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_EQ(frames[0].function, "cow::alsan::(anonymous namespace)::capture_here");
  EXPECT_THAT(frames[0].file, EndsWith("tests/symbolizer_test.cc"));
  EXPECT_EQ(frames[0].line, site.line);
}

TEST(SymbolizerTest, ExpandsInlinedFunctions) {
  if (!has_lines()) GTEST_SKIP() << "built without line numbers";
  std::uintptr_t pc = 0;
  const int line = call_inlined(&pc);
  const std::vector<Frame> frames = symbolize(pc);
  ASSERT_THAT(frames, SizeIs(2));
  EXPECT_THAT(frames[0].function, EndsWith("capture_inlined"));
  EXPECT_THAT(frames[1].function, EndsWith("call_inlined"));
  EXPECT_EQ(frames[1].line, line);
}

TEST(SymbolizerTest, NamesTemplates) {
  if (!has_lines()) GTEST_SKIP() << "built without line numbers";
  std::uintptr_t pc = 0;
  Holder<double>::capture(&pc);
  EXPECT_THAT(symbolize(pc).front().function, EndsWith("Holder<double>::capture"));
}

TEST(SymbolizerTest, NamesFunctionsOfC) {
  if (!has_lines()) GTEST_SKIP() << "built without line numbers";
  std::uintptr_t pc = 0;
  i(&pc);
  EXPECT_EQ(symbolize(pc).back().function, "i");
}

TEST(SymbolizerTest, GivesAFrameForAnyAddress) {
  for (const std::uintptr_t pc :
       {std::uintptr_t{0}, std::uintptr_t{1}, std::uintptr_t{4096}, ~std::uintptr_t{0},
        std::uintptr_t{1} << 63, reinterpret_cast<std::uintptr_t>(&std::strlen),
        reinterpret_cast<std::uintptr_t>(&has_lines)}) {
    EXPECT_FALSE(symbolize(pc).empty()) << pc;
  }
  int local = 0;
  EXPECT_FALSE(symbolize(reinterpret_cast<std::uintptr_t>(&local)).empty());
}

TEST(SymbolizerTest, ThreadsAgree) {
  const Site site = capture_here();
  const std::vector<Frame> expected = resolve(site.stack, {});
  std::vector<std::vector<Frame>> found(4);
  std::vector<std::thread> threads;
  for (std::vector<Frame>& mine : found) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) mine = resolve(site.stack, {});
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<Frame>& mine : found) EXPECT_EQ(mine, expected);
}

TEST(ResolveTest, StartsAtTheFirstUserFrameAndEndsAtTheLast) {
  if (!has_lines()) GTEST_SKIP() << "built without line numbers";
  StackDepot depot(16);
  int line = 0;
  StackId id = 0;
  const std::function<void()> inner = [&] {
    // clang-format off
    line = __LINE__; id = depot.capture();
    // clang-format on
    no_tail_call();
  };
  // std::function's own frames lie between this line and that one.
  inner();
  no_tail_call();
  const std::vector<Frame> frames = resolve(depot.get(id), {});
  ASSERT_FALSE(frames.empty());
  EXPECT_THAT(frames.front().function, EndsWith("operator()"));
  EXPECT_THAT(frames.front().file, EndsWith("tests/symbolizer_test.cc"));
  EXPECT_EQ(frames.front().line, line);
  // Without frame pointers the walk may have ended in the lambda.
  if (frames.size() > 1) {
    EXPECT_THAT(frames.back().function, EndsWith("::TestBody"));
  }
}

TEST(ResolveTest, SkipsTheFramesOfTheLibrary) {
  if (!has_lines()) GTEST_SKIP() << "built without line numbers";
  Pcs stack(1);
  ASSERT_EQ(capture_stack(absl::MakeSpan(stack)), 1);
  const std::uintptr_t in_library = reinterpret_cast<std::uintptr_t>(&capture_stack) + 8;
  EXPECT_TRUE(is_library_frame(symbolize(in_library).front()));
  EXPECT_FALSE(is_library_frame(symbolize(stack[0]).front()));
  stack.insert(stack.begin(), in_library);
  const std::vector<Frame> frames = resolve(stack, {});
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_THAT(frames[0].function, EndsWith("::TestBody"));
}

TEST(ResolveTest, OnlyLibraryFramesAreShownRatherThanNothing) {
  const std::uintptr_t in_library = reinterpret_cast<std::uintptr_t>(&capture_stack) + 8;
  EXPECT_THAT(resolve({in_library, in_library}, {}), SizeIs(2));
}

TEST(ResolveTest, EndsWhereThereIsNoCode) {
  EXPECT_THAT(resolve({}, {}), SizeIs(0));
  static int data = 0;
  const auto not_code = reinterpret_cast<std::uintptr_t>(&data);
  const Site site = capture_here();
  EXPECT_THAT(resolve({not_code, site.stack[0]}, {}), SizeIs(0));
  EXPECT_THAT(resolve({site.stack[0], not_code, site.stack[0]}, {}), SizeIs(1));
}

TEST(ResolveTest, ShowsModulesIfSymbolizeIsOff) {
  const std::vector<Frame> frames =
      resolve(capture_here().stack, {.symbolize = false, .strip_path_prefix = ""});
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames[0].function, "");
  EXPECT_THAT(frames[0].file, MatchesRegex("\\([^/]*symbolizer_test[^/]*\\+0x[0-9a-f]+\\)"));
}

TEST(ResolveTest, StripsThePrefix) {
  if (!has_lines()) GTEST_SKIP() << "built without line numbers";
  const std::vector<Frame> frames =
      resolve(capture_here().stack, {.symbolize = true, .strip_path_prefix = "tests/"});
  ASSERT_FALSE(frames.empty());
  EXPECT_EQ(frames[0].file, "symbolizer_test.cc");
}

bool is_ours(const std::string& file, const std::string& source_root,
             const std::string& include_root = "elsewhere/") {
  return symbolizer_internal::is_library_frame({"f", file, 1}, source_root, include_root);
}

TEST(LibraryFrameTest, KnowsItsOwnRepository) {
  for (const char* directory : {"core", "diagnostics", "interop"}) {
    const std::string file = std::string(directory) + "/x.cc";
    EXPECT_TRUE(is_ours("/proc/self/cwd/" + file, ""));
    EXPECT_TRUE(is_ours("./" + file, ""));
    EXPECT_TRUE(is_ours("/src/cow_array/" + file, "/src/cow_array/"));
    EXPECT_TRUE(is_ours("/proc/self/cwd/bazel-out/k8-dbg/bin/core/_virtual_includes/array/cow/" +
                            std::string(directory) + "/x.h",
                        ""));
    EXPECT_TRUE(is_ours("/opt/include/cow/" + file, "", "/opt/include/cow/"));
  }
  for (const char* directory : {"tests", "examples", "bench", "corex"}) {
    EXPECT_FALSE(is_ours("/proc/self/cwd/" + std::string(directory) + "/x.cc", ""));
  }
}

TEST(LibraryFrameTest, LeavesFilesOfTheSameNameToTheirOwner) {
  const std::string root = "external/cow_array/";
  EXPECT_TRUE(is_ours("/proc/self/cwd/external/cow_array/core/buffer.cc", root));
  EXPECT_TRUE(
      is_ours("bazel-out/k8-dbg/bin/external/cow_array/core/_virtual_includes/array/cow/"
              "core/array.h",
              root));
  EXPECT_FALSE(is_ours("/proc/self/cwd/core/array.h", root));
  EXPECT_FALSE(is_ours("/proc/self/cwd/src/cow/core/array.h", root));
  EXPECT_FALSE(is_ours("bazel-out/k8-dbg/bin/_virtual_includes/array/core/array.h", root));
}

TEST(LibraryFrameTest, KnowsTheStandardLibrary) {
  EXPECT_TRUE(is_ours("/usr/include/c++/12/bits/stl_algo.h", ""));
  EXPECT_TRUE(is_ours("/usr/lib/llvm-14/bin/../include/c++/v1/vector", ""));
  EXPECT_TRUE(
      symbolizer_internal::is_library_frame({"std::sort<int*>", "x.cc", 3}, "", "elsewhere/"));
  EXPECT_FALSE(
      symbolizer_internal::is_library_frame({"stdlike::sort", "x.cc", 3}, "", "elsewhere/"));
}

TEST(LibraryFrameTest, GoesByTheNamespaceWhereLinesAreUnknown) {
  EXPECT_TRUE(symbolizer_internal::is_library_frame({"cow::Gate::open", "", 0}, "", "elsewhere/"));
  EXPECT_FALSE(symbolizer_internal::is_library_frame({"cow::Gate::open", "tests/x.cc", 3}, "",
                                                     "elsewhere/"));
  EXPECT_FALSE(symbolizer_internal::is_library_frame({"cowboy::f", "", 0}, "", "elsewhere/"));
  EXPECT_FALSE(symbolizer_internal::is_library_frame({"main", "", 0}, "", "elsewhere/"));
}

}  // namespace
}  // namespace cow::alsan
