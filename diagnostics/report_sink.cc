#include "cow/diagnostics/report_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace cow::alsan {
namespace {

// How long a full pipe that does not block may stay full.
constexpr int kPatienceMs = 1000;

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count > 0) {
      text.remove_prefix(count);
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    pollfd ready = {fd, POLLOUT, 0};
    if (count < 0 && errno == EAGAIN && poll(&ready, 1, kPatienceMs) > 0) continue;
    return;
  }
}

// The descriptor of the standard stream that `log_path` names, or -1.
int standard_fd(std::string_view log_path) {
  if (log_path.empty() || log_path == "stderr") return STDERR_FILENO;
  return log_path == "stdout" ? STDOUT_FILENO : -1;
}

}  // namespace

ReportSink::ReportSink(std::string log_path) : log_path_(std::move(log_path)) {}

ReportSink::~ReportSink() {
  if (fd_ > STDERR_FILENO) close(fd_);
}

void ReportSink::write(std::string_view text) {
  const int error = errno;
  {
    const std::lock_guard lock(mutex_);
    write_all(open(), text);
  }
  errno = error;
}

bool ReportSink::use_color(Color color) const {
  if (color != Color::kAuto) return color == Color::kAlways;
  // Files are not terminals.
  const int fd = standard_fd(log_path_);
  const int error = errno;
  const bool is_terminal = fd >= 0 && isatty(fd) == 1;
  errno = error;
  return is_terminal;
}

int ReportSink::open() {
  if (const int fd = standard_fd(log_path_); fd >= 0) return fd;
  if (owner_ == getpid()) return fd_;
  if (fd_ > STDERR_FILENO) close(fd_);
  owner_ = getpid();
  const std::string path = absl::StrCat(log_path_, ".", owner_);
  fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0660);
  if (fd_ < 0) {
    const int error = errno;
    fd_ = STDERR_FILENO;
    write_all(fd_, absl::StrCat("==", owner_, "==WARNING: AliasSanitizer: cannot write to ", path,
                                " (", strerror(error), "), reports go to stderr\n"));
  }
  return fd_;
}

}  // namespace cow::alsan
