// A program with one surprise that ends as its argument says, for ending_test.

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string_view>

#include "cow/cow.h"
#include "cow/diagnostics/alias_sanitizer.h"

namespace {

void be_surprised() {
  auto base = cow::zeros<int>({4}).label("base");
  auto view = base[cow::slice(0, 1)].label("view");
  view(0) = 70;
  std::cout << base.sum() << std::endl;
}

}  // namespace

int main(int, char** arguments) {
  const std::string_view how = arguments[1];
  if (how == "locked") {
    // Reports are made under the sanitizer's lock.
    cow::alsan::alias_sanitizer()->set_report_handler(
        [](const cow::alsan::Report&) { std::terminate(); });
  }
  be_surprised();
  if (how == "exit") std::exit(3);
  if (how == "quick_exit") std::quick_exit(3);
  if (how == "_exit") _exit(3);
  if (how == "throw") throw std::runtime_error("nobody catches this");
  if (how == "terminate") std::terminate();
  if (how == "abort") std::abort();
  if (how == "segv") std::raise(SIGSEGV);
  return 3;
}
