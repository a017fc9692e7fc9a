// Linked into a program, installs AliasSanitizer before `main`, as `ALSAN_OPTIONS` says.

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "cow/diagnostics/alias_sanitizer.h"
#include "cow/diagnostics/options.h"
#include "cow/diagnostics/report_sink.h"
#include "cow/diagnostics/rule.h"

namespace cow::alsan {
namespace {

/// What comes at the end, once. A program that ends in the middle of an event may hold the lock:
/// then that is left out.
int finish() {
  static std::atomic<bool> is_told{false};
  static std::atomic<int> code{0};
  if (!is_told.exchange(true)) code = alias_sanitizer()->finish_if_unlocked().value_or(0);
  return code;
}

/// The end of `std::exit`, `std::quick_exit` and `main`.
void at_exit() {
  const int code = finish();
  if (code == 0) return;
  std::cout.flush();
  std::fflush(nullptr);
  std::_Exit(code);
}

std::terminate_handler handler_before = nullptr;

/// An exception that nobody catches: what was found is told before the program ends.
[[noreturn]] void at_terminate() {
  finish();
  handler_before();
  std::abort();
}

bool install() {
  std::vector<std::string> warnings;
  const Options options = options_from_environment(&warnings);
  ReportSink sink(options.log_path);
  for (const std::string& warning : warnings) sink.write("AliasSanitizer: " + warning + "\n");
  if (options.help == "1") sink.write(options_help());
  if (const Rule* rule = find_rule(options.help)) sink.write(rule_page(rule->id));
  if (options.mode == Mode::kOff) return false;
  if (install_alias_sanitizer(options) == nullptr) return false;
  std::atexit(at_exit);
  std::at_quick_exit(at_exit);
  handler_before = std::set_terminate(at_terminate);
  return true;
}

[[maybe_unused]] const bool is_installed = install();

}  // namespace
}  // namespace cow::alsan
