// Linked into a program, installs AliasSanitizer before `main`, as `ALSAN_OPTIONS` says.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "cow/diagnostics/alias_sanitizer.h"
#include "cow/diagnostics/options.h"
#include "cow/diagnostics/report_sink.h"

namespace cow::alsan {
namespace {

void at_exit() {
  const int code = alias_sanitizer()->finish();
  if (code == 0) return;
  std::cout.flush();
  std::fflush(nullptr);
  std::_Exit(code);
}

bool install() {
  std::vector<std::string> warnings;
  const Options options = options_from_environment(&warnings);
  ReportSink sink(options.log_path);
  for (const std::string& warning : warnings) sink.write("AliasSanitizer: " + warning + "\n");
  if (options.help) sink.write(options_help());
  if (options.mode == Mode::kOff) return false;
  if (install_alias_sanitizer(options) == nullptr) return false;
  std::atexit(at_exit);
  return true;
}

[[maybe_unused]] const bool is_installed = install();

}  // namespace
}  // namespace cow::alsan
