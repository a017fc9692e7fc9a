#ifndef COW_DIAGNOSTICS_REPORT_SINK_H_
#define COW_DIAGNOSTICS_REPORT_SINK_H_

#include <sys/types.h>

#include <mutex>
#include <string>
#include <string_view>

#include "cow/diagnostics/options.h"

namespace cow::alsan {

/// Where reports go: standard error, standard output, or a file for each process.
/// Thread-safe; reports of different threads never mix.
class ReportSink {
 public:
  /// `log_path` is "stderr", "stdout", or the start of a file name, completed by "." and the
  /// process id. The file is made, or emptied, at the first report; a forked process gets its own.
  /// If it cannot be opened, one line says so and reports go to standard error.
  explicit ReportSink(std::string log_path);
  ~ReportSink();
  ReportSink(const ReportSink&) = delete;
  ReportSink& operator=(const ReportSink&) = delete;

  /// Writes `text` with one write(2), more only where the system takes a part. What cannot be
  /// written is dropped. `errno` is kept.
  void write(std::string_view text);

  /// Whether reports are to be coloured, given the option.
  bool use_color(Color color) const;

 private:
  // The descriptor to write to.
  int open();

  const std::string log_path_;
  std::mutex mutex_;
  // The process that opened fd_; 0 if none did.
  pid_t owner_ = 0;
  int fd_ = -1;
};

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_REPORT_SINK_H_
