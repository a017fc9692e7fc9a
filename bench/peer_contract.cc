#include "cow/bench/peer_contract.h"

#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "nlohmann/json.hpp"

namespace cow::bench {

PeerOptions parse_peer_options(const std::vector<std::string>& arguments) {
  PeerOptions options;
  if (const char* pairs = std::getenv("PEERS_PAIRS")) options.pairs = pairs;
  if (arguments.size() % 2 != 0) {
    throw std::invalid_argument(arguments.back() + ": an option without a value, or none");
  }
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string& name = arguments[i];
    const std::string& value = arguments[i + 1];
    if (name == "--only") {
      options.only = value;
    } else if (name == "--build") {
      options.build = value;
    } else if (name == "--reps") {
      options.reps = std::stoi(value);
    } else if (name == "--secs") {
      options.secs = std::stod(value);
    } else if (name == "--pairs") {
      options.pairs = value;
    } else if (name == "--small") {
      options.small = value != "0";
    } else {
      throw std::invalid_argument(name + ": there is no such option");
    }
  }
  return options;
}

double thread_seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::int64_t PeerReport::calls_for(std::int64_t calls, double seconds) const {
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(static_cast<double>(calls) * options_.secs / seconds));
}

int PeerReport::reps_for(std::int64_t calls, double seconds) const {
  constexpr double kLongCall = 0.25;
  return calls == 1 && seconds > kLongCall ? std::max(1, options_.reps / 2) : options_.reps;
}

void PeerReport::print(const Cell& cell, std::vector<double> seconds, const std::string& note,
                       const bool* is_correct) {
  std::sort(seconds.begin(), seconds.end());
  const bool is_time = cell.unit == Unit::kNanoseconds;
  const auto value = [&](double one) {
    return is_time ? one * 1e9 / cell.amount : cell.amount / one / 1e9;
  };
  const std::string key = is_time ? "ns_per_item" : "gb_s";
  nlohmann::ordered_json line = {{"peer", peer_},
                                 {"build", options_.build},
                                 {"workload", cell.workload},
                                 {"variant", cell.variant},
                                 {"size", cell.size},
                                 {"n", cell.elements},
                                 {key, value(seconds.front())},
                                 {key + "_median", value(seconds[seconds.size() / 2])},
                                 {"reps", seconds.size()}};
  for (double one : seconds) line["samples"].push_back(value(one));
  if (is_correct != nullptr) line["correct"] = *is_correct;
  if (!note.empty()) line["note"] = note;
  *out_ << line.dump() << std::endl;
}

}  // namespace cow::bench
