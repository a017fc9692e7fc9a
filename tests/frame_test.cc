#include "cow/diagnostics/frame.h"

#include <string>

#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

TEST(FrameTest, ShortFunctionDropsReturnTypeParametersAndQualifiers) {
  EXPECT_EQ(short_function("main"), "main");
  EXPECT_EQ(short_function("ns::f(int)"), "ns::f");
  EXPECT_EQ(short_function("void ns::f<int>(int)"), "ns::f<int>");
  EXPECT_EQ(short_function("unsigned long ns::C<int, char const*>::g() const &"),
            "ns::C<int, char const*>::g");
  EXPECT_EQ(short_function("std::vector<int, std::allocator<int> > f<(1 > 2)>()"), "f<(1 > 2)>");
  EXPECT_EQ(short_function("decltype ((a)+(b)) add<int>(int)"), "add<int>");
  EXPECT_EQ(short_function("f(int) [clone .cold]"), "f");
  EXPECT_EQ(short_function("f [clone .part.0]"), "f");
  EXPECT_EQ(short_function("f[abi:cxx11](int)"), "f[abi:cxx11]");
}

TEST(FrameTest, ShortFunctionKeepsLocalNames) {
  EXPECT_EQ(short_function("(anonymous namespace)::f(int)"), "(anonymous namespace)::f");
  EXPECT_EQ(short_function("main::{lambda(int)#1}::operator()(int) const"),
            "main::{lambda(int)#1}::operator()");
  EXPECT_EQ(short_function("f(int) const::{lambda()#1}::operator()() const"),
            "f::{lambda()#1}::operator()");
  EXPECT_EQ(short_function("main::$_0::operator()(int) const"), "main::$_0::operator()");
  EXPECT_EQ(short_function("void run<std::function<void (int)> >(std::function<void (int)>)"),
            "run<std::function<void (int)> >");
}

TEST(FrameTest, ShortFunctionKnowsOperators) {
  EXPECT_EQ(short_function("A::operator()(int, int)"), "A::operator()");
  EXPECT_EQ(short_function("A& A::operator+=<int>(int)"), "A::operator+=<int>");
  EXPECT_EQ(short_function("bool operator< <int>(A const&, int)"), "operator< <int>");
  EXPECT_EQ(short_function("std::ostream& operator<< <char>(std::ostream&)"), "operator<< <char>");
  EXPECT_EQ(short_function("A::operator->() const"), "A::operator->");
  EXPECT_EQ(short_function("A::operator std::vector<int, X (*)()>() const"),
            "A::operator std::vector<int, X (*)()>");
  EXPECT_EQ(short_function("operator new[](unsigned long)"), "operator new[]");
  EXPECT_EQ(short_function("operator\"\" _km(long double)"), "operator\"\" _km");
  EXPECT_EQ(short_function("my_operator(int)"), "my_operator");
}

TEST(FrameTest, ShortFunctionSurvivesWhatItCannotRead) {
  for (const char* text : {"", "(", ")", "<", "operator", "operator<", "f(int", "f<int", " ", "((",
                           "a)b", "::", "operator ", "f<)>", "}"}) {
    const std::string name = short_function(text);
    EXPECT_LE(name.size(), std::string(text).size()) << text;
  }
  EXPECT_EQ(short_function("f<int"), "f<int");
}

TEST(FrameTest, NormalPathIsRelativeToTheWorkingDirectoryOfTheBuild) {
  EXPECT_EQ(normal_path("/proc/self/cwd/examples/tour.cc"), "examples/tour.cc");
  EXPECT_EQ(normal_path("/proc/self/cwd/./a/../b.cc"), "b.cc");
  EXPECT_EQ(normal_path("./b.cc"), "b.cc");
  EXPECT_EQ(normal_path("/usr/lib/gcc/x/12/../../../../include/c++/12/thread"),
            "/usr/include/c++/12/thread");
  EXPECT_EQ(normal_path(""), "");
}

TEST(FrameTest, DisplayPathHidesTheBuildDirectories) {
  EXPECT_EQ(display_path("/proc/self/cwd/bazel-out/k8-dbg/bin/core/_virtual_includes/array/cow/"
                         "core/array.h"),
            "core/array.h");
  EXPECT_EQ(display_path("bazel-out/k8-opt/bin/external/cow_array/core/_virtual_includes/array/cow/"
                         "core/array.h"),
            "core/array.h");
  EXPECT_EQ(display_path("bazel-out/k8-opt/bin/lib/_virtual_includes/lib/acme/lib.h"),
            "acme/lib.h");
  EXPECT_EQ(display_path("examples/tour.cc"), "examples/tour.cc");
  EXPECT_EQ(display_path("/home/me/cow/x.cc"), "/home/me/cow/x.cc");
}

TEST(FrameTest, DisplayPathStripsUpToTheEndOfThePrefix) {
  EXPECT_EQ(display_path("/home/me/app/x.cc", "/home/me/"), "app/x.cc");
  EXPECT_EQ(display_path("/build/7/app/x.cc", "/app/"), "x.cc");
  EXPECT_EQ(display_path("/a/me/b/me/x.cc", "me"), "/b/me/x.cc");
  EXPECT_EQ(display_path("/home/me/app/x.cc", "nowhere"), "/home/me/app/x.cc");
}

}  // namespace
}  // namespace cow::alsan
