#ifndef COW_BENCH_PEER_CONTRACT_H_
#define COW_BENCH_PEER_CONTRACT_H_

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

/// The command line and the output that all programs of a comparison have in common: each times its
/// library on the same named workloads, and prints a line of JSON for every cell of the table.
namespace cow::bench {

/// `--only WORKLOAD --build NAME --reps N --secs S --pairs FILE --small 1`.
struct PeerOptions {
  /// One workload; all if empty.
  std::string only;
  /// What the table calls the way in which the program was built.
  std::string build = "default";
  int reps = 3;
  /// About how long a repetition takes.
  double secs = 0.1;
  /// Pairs of layouts that are hard to compare; `PEERS_PAIRS` of the environment if not given.
  std::string pairs;
  /// The small sizes only: for tests.
  bool small = false;
};

/// Errors: `std::invalid_argument` for what is not an option, or a number that is none.
PeerOptions parse_peer_options(const std::vector<std::string>& arguments);

/// What is counted: nanoseconds an item, or gigabytes (1e9) of payload a second.
enum class Unit { kNanoseconds, kGigabytes };

/// One cell of the table.
struct Cell {
  std::string workload;
  std::string variant;
  std::string size;
  /// Elements of the operands.
  std::int64_t elements;
  /// Items, or bytes, that one call handles.
  double amount;
  Unit unit = Unit::kNanoseconds;
};

/// CPU seconds of this thread, which other programs' load does not change (much).
double thread_seconds();

/// A write that the compiler must suppose to be read, so that what leads to it is done.
inline void keep(const void* address) { asm volatile("" : : "r"(address) : "memory"); }

/// Times calls, and prints the cells of one peer.
class PeerReport {
 public:
  PeerReport(std::string peer, PeerOptions options, std::ostream& out)
      : peer_(std::move(peer)), options_(std::move(options)), out_(&out) {}

  const PeerOptions& options() const { return options_; }
  bool wants(const std::string& workload) const {
    return options_.only.empty() || options_.only == workload;
  }
  /// The same output as another peer.
  PeerReport as(std::string peer) const { return {std::move(peer), options_, *out_}; }

  /// Calls `call` as often as it takes, and prints one line; `note` may be empty.
  template <class Call>
  void time(const Cell& cell, Call&& call, const std::string& note = "") {
    print(cell, sample(call), note, nullptr);
  }
  /// The same of a call whose result is known to be right or wrong.
  template <class Call>
  void time_checked(const Cell& cell, bool is_correct, Call&& call) {
    print(cell, sample(call), "", &is_correct);
  }
  /// Seconds that were measured elsewhere.
  void print_seconds(const Cell& cell, double seconds, const std::string& note) {
    print(cell, {seconds}, note, nullptr);
  }

 private:
  /// Seconds a call, of each repetition.
  template <class Call>
  std::vector<double> sample(Call& call) const {
    call();  // maps pages, fills pools
    std::int64_t calls = 1;
    double seconds = seconds_of(call, calls);
    while (seconds < options_.secs / 20) seconds = seconds_of(call, calls *= 4);
    calls = calls_for(calls, seconds);
    std::vector<double> samples;
    for (int rep = reps_for(calls, seconds); rep > 0; --rep) {
      samples.push_back(seconds_of(call, calls) / static_cast<double>(calls));
    }
    return samples;
  }
  template <class Call>
  static double seconds_of(Call& call, std::int64_t calls) {
    const double start = thread_seconds();
    for (std::int64_t i = 0; i < calls; ++i) {
      call();
      keep(nullptr);
    }
    return thread_seconds() - start;
  }
  std::int64_t calls_for(std::int64_t calls, double seconds) const;
  /// Fewer if one call takes very long.
  int reps_for(std::int64_t calls, double seconds) const;

  void print(const Cell& cell, std::vector<double> seconds, const std::string& note,
             const bool* is_correct);

  std::string peer_;
  PeerOptions options_;
  std::ostream* out_;
};

}  // namespace cow::bench

#endif  // COW_BENCH_PEER_CONTRACT_H_
