#include "cow/diagnostics/addr2line.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace cow::alsan {
namespace {

// Runs a program found in PATH; returns what it wrote to its standard output.
std::optional<std::string> output_of(std::vector<std::string> arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);

  std::string output;
  char bytes[4096];
  for (ssize_t count = 1; error == 0 && count != 0;) {
    count = read(ends[0], bytes, sizeof(bytes));
    if (count > 0) output.append(bytes, count);
    if (count < 0 && errno != EINTR) break;
  }
  close(ends[0]);
  if (error != 0) return std::nullopt;
  // The program may wait for all its children itself: then nothing is left here.
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) break;
  }
  return output;
}

// Splits "file:12 (discriminator 3)"; the line is 0 where it says "?".
void set_site(std::string_view text, Frame* frame) {
  text = text.substr(0, text.find(" (discriminator"));
  const std::size_t colon = text.rfind(':');
  frame->file = std::string(text.substr(0, colon));
  if (colon == text.npos) return;
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), frame->line);
}

}  // namespace

std::vector<std::vector<Frame>> ask_addr2line(const std::string& module_path,
                                              absl::Span<const std::uintptr_t> offsets) {
  std::vector<std::string> arguments = {"addr2line", "-a", "-f", "-i", "-e", module_path};
  for (const std::uintptr_t offset : offsets) {
    arguments.push_back(absl::StrCat("0x", absl::Hex(offset)));
  }
  const std::optional<std::string> output = output_of(std::move(arguments));
  if (!output) return {};
  // For each offset a line with it, then two lines, function and site, for each frame.
  std::vector<std::vector<Frame>> found;
  std::istringstream lines(*output);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0x")) {
      found.emplace_back();
      continue;
    }
    std::string site;
    if (found.empty() || !std::getline(lines, site)) return {};
    found.back().push_back({line, "", 0});
    set_site(site, &found.back().back());
  }
  if (found.size() != offsets.size()) return {};
  return found;
}

}  // namespace cow::alsan
