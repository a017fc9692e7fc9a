#include "cow/diagnostics/forecast_bill.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace cow::alsan {
namespace {

std::string counted(std::int64_t count, const char* one, const char* many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

std::string place(const Frame& frame) {
  if (frame.file.empty()) return "an unknown place";
  return absl::StrCat(frame.file, frame.line == 0 ? "" : absl::StrCat(":", frame.line));
}

std::string place_in_function(const Frame& frame) {
  return absl::StrCat(place(frame), frame.function.empty() ? "" : " in ", frame.function);
}

std::string totals(const ForecastBill& bill) {
  return absl::StrCat(counted(bill.detaches(), "detach", "detaches"), " of ",
                      counted(bill.bytes(), "byte", "bytes"), " at ",
                      counted(static_cast<std::int64_t>(bill.lines.size()), "line", "lines"));
}

using Json = nlohmann::ordered_json;

Json json_of(const Frame& frame) {
  return {{"function", frame.function}, {"file", frame.file}, {"line", frame.line}};
}

}  // namespace

std::int64_t ForecastBill::detaches() const {
  std::int64_t sum = 0;
  for (const Line& line : lines) sum += line.detaches;
  return sum;
}

Index ForecastBill::bytes() const {
  Index sum = 0;
  for (const Line& line : lines) sum += line.bytes;
  return sum;
}

std::int64_t ForecastBill::reads() const {
  std::int64_t sum = 0;
  for (const ChangedRead& read : changed_reads) sum += read.reads;
  return sum;
}

std::string forecast_text(const ForecastBill& bill, int pid) {
  std::string text =
      absl::StrCat("=================================================================\n==", pid,
                   "==AliasSanitizer: what mode=cow would cost\n");
  if (!bill.lines.empty()) {
    absl::StrAppend(&text, "DETACHES    BYTES COPIED  WRITTEN AT\n");
    for (const ForecastBill::Line& line : bill.lines) {
      absl::StrAppendFormat(&text, "%8d  %14d  %s\n", line.detaches, line.bytes,
                            place_in_function(line.where));
    }
  }
  absl::StrAppend(&text, "Copied at writes: ", totals(bill), "\n");
  absl::StrAppend(&text, "Not copied by copy(): ", counted(bill.deferred_copies, "copy", "copies"),
                  " of ", counted(bill.deferred_bytes, "byte", "bytes"), "\n");
  if (bill.lease_copies > 0) {
    absl::StrAppend(
        &text, "Copied under open spans for writing: ", counted(bill.lease_copies, "view", "views"),
        " of ", counted(bill.lease_copy_bytes, "byte", "bytes"), "\n");
  }
  absl::StrAppend(&text, "Peak memory of arrays: ", counted(bill.peak_bytes, "byte", "bytes"),
                  " instead of ", bill.peak_bytes_now, "\n");
  if (bill.refused_writes > 0) {
    absl::StrAppend(&text,
                    "Refused with ReadOnlyError: ", counted(bill.refused_writes, "write", "writes"),
                    "\n");
  }
  if (!bill.changed_reads.empty()) {
    absl::StrAppend(&text, "   READS  THAT WOULD GIVE ANOTHER RESULT\n");
    for (const ForecastBill::ChangedRead& read : bill.changed_reads) {
      absl::StrAppendFormat(&text, "%8d  %s, of what was written at %s\n", read.reads,
                            place_in_function(read.where), place(read.written));
    }
  }
  absl::StrAppend(&text, "SUMMARY: AliasSanitizer: forecast: ", totals(bill), ", ",
                  counted(bill.reads(), "read", "reads"), " with another result\n");
  return text;
}

std::string forecast_json(const ForecastBill& bill) {
  Json lines = Json::array();
  for (const ForecastBill::Line& line : bill.lines) {
    lines.push_back({{"where", json_of(line.where)},
                     {"detaches", line.detaches},
                     {"bytes_copied", line.bytes}});
  }
  Json reads = Json::array();
  for (const ForecastBill::ChangedRead& read : bill.changed_reads) {
    reads.push_back({{"where", json_of(read.where)},
                     {"written", json_of(read.written)},
                     {"reads", read.reads},
                     {"elements", read.elements}});
  }
  const Json json = {{"event", "forecast"},
                     {"detaches", bill.detaches()},
                     {"bytes_copied", bill.bytes()},
                     {"lines", lines},
                     {"deferred_copies", bill.deferred_copies},
                     {"deferred_bytes", bill.deferred_bytes},
                     {"lease_copies", bill.lease_copies},
                     {"lease_copy_bytes", bill.lease_copy_bytes},
                     {"peak_bytes", bill.peak_bytes},
                     {"peak_bytes_now", bill.peak_bytes_now},
                     {"refused_writes", bill.refused_writes},
                     {"reads", bill.reads()},
                     {"changed_reads", reads}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cow::alsan
