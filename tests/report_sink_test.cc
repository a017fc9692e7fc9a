#include "cow/diagnostics/report_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "cow/diagnostics/read_file.h"
#include "cow/tests/temporary_directory.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// A fresh directory of the test's own.
class ReportSinkTest : public ::testing::Test {
 protected:
  std::string prefix() const { return directory_.path() + "/log"; }
  std::string log_of(pid_t pid) const { return prefix() + "." + std::to_string(pid); }

  TemporaryDirectory directory_;
};

TEST_F(ReportSinkTest, StandardStreams) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  ReportSink("stderr").write("to stderr\n");
  ReportSink("").write("by default\n");
  ReportSink("stdout").write("to stdout\n");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "to stdout\n");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "to stderr\nby default\n");
  // Still open.
  EXPECT_NE(fcntl(STDERR_FILENO, F_GETFD), -1);
  EXPECT_NE(fcntl(STDOUT_FILENO, F_GETFD), -1);
}

TEST_F(ReportSinkTest, FileOfTheProcessIsMadeAtTheFirstReport) {
  std::ofstream(log_of(getpid())) << "of an earlier process";
  ReportSink sink(prefix());
  EXPECT_EQ(read_file(log_of(getpid())), "of an earlier process");
  sink.write("one\n");
  sink.write("two\n");
  EXPECT_EQ(read_file(log_of(getpid())), "one\ntwo\n");
}

TEST_F(ReportSinkTest, ForkedProcessGetsItsOwnFile) {
  ReportSink sink(prefix());
  sink.write("parent\n");
  const pid_t child = fork();
  ASSERT_NE(child, -1);
  if (child == 0) {
    sink.write("child\n");
    _exit(0);
  }
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  sink.write("parent again\n");
  EXPECT_EQ(read_file(log_of(child)), "child\n");
  EXPECT_EQ(read_file(log_of(getpid())), "parent\nparent again\n");
}

TEST_F(ReportSinkTest, FailureIsSaidOnceAndReportsGoToStderr) {
  ::testing::internal::CaptureStderr();
  {
    ReportSink sink(directory_.path() + "/no/such/directory/log");
    errno = ERANGE;
    sink.write("one\n");
    EXPECT_EQ(errno, ERANGE);
    sink.write("two\n");
  }
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(text, StartsWith("==" + std::to_string(getpid()) + "==WARNING: AliasSanitizer: "));
  EXPECT_THAT(text, HasSubstr("/no/such/directory/log." + std::to_string(getpid()) +
                              " (No such file or directory)"));
  EXPECT_THAT(text, HasSubstr("\none\ntwo\n"));
  EXPECT_NE(fcntl(STDERR_FILENO, F_GETFD), -1);
}

TEST_F(ReportSinkTest, FullPipeTakesItAll) {
  // A pipe holds 64 KiB and, as it does not block, takes a report in parts.
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0);
  const int saved = dup(STDOUT_FILENO);
  std::string report(1'000'000, 'x');
  for (std::size_t i = 0; i < report.size(); i += 64) report[i] = static_cast<char>('a' + i % 23);
  std::string received;
  std::thread reader([&] {
    char bytes[10'000];
    while (received.size() < report.size()) {
      const ssize_t count = read(ends[0], bytes, sizeof(bytes));
      if (count > 0) received.append(bytes, count);
      if (count == 0) break;
      if (count < 0) usleep(100);
    }
  });
  fflush(stdout);
  ASSERT_EQ(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
  ReportSink("stdout").write(report);
  dup2(saved, STDOUT_FILENO);
  // The reader sees an end, also of too little.
  close(ends[1]);
  reader.join();
  EXPECT_EQ(received, report);
  for (const int fd : {saved, ends[0]}) close(fd);
}

TEST_F(ReportSinkTest, ClosedStreamIsSafe) {
  const int saved = dup(STDOUT_FILENO);
  fflush(stdout);
  close(STDOUT_FILENO);
  ReportSink("stdout").write("lost\n");
  dup2(saved, STDOUT_FILENO);
  close(saved);
}

TEST_F(ReportSinkTest, ReportsOfThreadsDoNotMix) {
  ReportSink sink(prefix());
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&sink, i] {
      const std::string line = std::string(500, static_cast<char>('a' + i)) + "\n";
      for (int j = 0; j < 100; ++j) sink.write(line);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::istringstream lines(read_file(log_of(getpid())).value());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    ASSERT_EQ(line, std::string(500, line.at(0)));
  }
  EXPECT_EQ(count, 400);
}

TEST_F(ReportSinkTest, ColourIsForTerminals) {
  ReportSink file(prefix());
  EXPECT_TRUE(file.use_color(Color::kAlways));
  EXPECT_FALSE(file.use_color(Color::kNever));
  EXPECT_FALSE(file.use_color(Color::kAuto));
  EXPECT_FALSE(std::filesystem::exists(log_of(getpid())));

  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  ASSERT_EQ(grantpt(terminal), 0);
  ASSERT_EQ(unlockpt(terminal), 0);
  const int line = open(ptsname(terminal), O_RDWR | O_NOCTTY);
  ASSERT_GE(line, 0);
  const int saved = dup(STDERR_FILENO);
  dup2(line, STDERR_FILENO);
  const bool on_terminal = ReportSink("stderr").use_color(Color::kAuto);
  const bool never = ReportSink("stderr").use_color(Color::kNever);
  dup2(saved, STDERR_FILENO);
  EXPECT_TRUE(on_terminal);
  EXPECT_FALSE(never);
  for (const int fd : {terminal, line, saved}) close(fd);
}

}  // namespace
}  // namespace cow::alsan
