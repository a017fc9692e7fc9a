#include "cow/tests/oracle/replay.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "cow/tests/facts.h"

namespace cow::testing {

void Tally::add(const std::string& where, const std::function<Outcome()>& check) {
  try {
    count(where, check());
  } catch (const std::exception& error) {
    count(where, {{error.what()}});
  }
}

void Tally::count(const std::string& where, const Outcome& outcome) {
  const std::string fact =
      absl::StrCat(file_, " ", where, outcome.id.empty() ? "" : " ", outcome.id, ": ");
  for (const std::string& failure : outcome.failures) {
    out_ << "FAILED " << fact << failure << "\n";
  }
  if (!outcome.failures.empty()) {
    ++failed_;
  } else if (!outcome.skipped.empty()) {
    out_ << "SKIPPED " << fact << outcome.skipped << "\n";
    ++skipped_;
  } else {
    ++passed_;
  }
}

std::string Tally::summary() const {
  return absl::StrCat(file_, ": ", passed_, " passed, ", failed_, " failed, ", skipped_,
                      " skipped");
}

void check_lines(const std::string& path, Tally* tally,
                 const std::function<Outcome(const std::string& line)>& check) {
  std::vector<std::string> lines;
  try {
    lines = read_lines(path);
  } catch (const std::exception& error) {
    tally->fail(error.what());
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty() || lines[i][0] == '#') continue;
    tally->add(absl::StrCat("line ", i + 1), [&] { return check(lines[i]); });
  }
}

}  // namespace cow::testing
