#ifndef COW_TESTS_ORACLE_REPLAY_H_
#define COW_TESTS_ORACLE_REPLAY_H_

#include <functional>
#include <ostream>
#include <string>
#include <vector>

/// Replaying a file of NumPy's facts against the library: fact by fact, with what failed named.
namespace cow::testing {

/// What became of one fact.
struct Outcome {
  std::vector<std::string> failures;  // empty: passed, or skipped
  std::string skipped = {};           // why it could not be checked to its end, or ""
  std::string id = {};                // the fact's own name, if it has one
};

/// Of the facts of one file: counts them, and prints those that failed or were skipped.
class Tally {
 public:
  /// `file` begins each line printed.
  Tally(std::string file, std::ostream& out) : file_(std::move(file)), out_(out) {}

  /// Counts what `check` returns for the fact at `where`. An exception is a failure.
  void add(const std::string& where, const std::function<Outcome()>& check);

  /// Counts a failure that keeps all facts from being checked.
  void fail(const std::string& why) {
    add("as a whole", [&] { return Outcome{{why}}; });
  }

  /// "programs.jsonl.gz: 948 passed, 0 failed, 0 skipped"
  std::string summary() const;

  int passed() const { return passed_; }
  int failed() const { return failed_; }
  int skipped() const { return skipped_; }

 private:
  void count(const std::string& where, const Outcome& outcome);

  const std::string file_;
  std::ostream& out_;
  int passed_ = 0;
  int failed_ = 0;
  int skipped_ = 0;
};

/// Adds what `check` says of each line of the file, plain or gzip-compressed, that is neither empty
/// nor a comment. A file that cannot be read is a failure.
void check_lines(const std::string& path, Tally* tally,
                 const std::function<Outcome(const std::string& line)>& check);

}  // namespace cow::testing

#endif  // COW_TESTS_ORACLE_REPLAY_H_
