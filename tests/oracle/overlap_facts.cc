#include "cow/tests/oracle/overlap_facts.h"

#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "cow/tests/oracle/number_reader.h"

namespace cow::testing {
namespace {

// A layout with its own storage.
struct Memory {
  Index itemsize = 1;
  std::vector<Index> shape;
  std::vector<Index> strides;
  Index address = 0;

  operator StridedMemory() const { return {address, shape, strides, itemsize}; }
};

// `itemsize nd shape[nd] strides[nd]`
Memory read_layout(NumberReader* in) {
  Memory memory;
  memory.itemsize = in->number();
  const Index rank = in->number();
  memory.shape = in->numbers(rank);
  memory.strides = in->numbers(rank);
  return memory;
}

// A layout and its offset.
Memory read_memory(NumberReader* in) {
  Memory memory = read_layout(in);
  memory.address = in->number();
  return memory;
}

bool is_in_shape(const Dims& index, const StridedMemory& a) {
  if (index.size() != a.shape.size()) return false;
  for (std::size_t k = 0; k < index.size(); ++k) {
    if (index[k] < 0 || index[k] >= a.shape[k]) return false;
  }
  return true;
}

absl::int128 address_of(const StridedMemory& a, const Dims& index) {
  absl::int128 address = a.address;
  for (std::size_t k = 0; k < index.size(); ++k) address += absl::int128(a.strides[k]) * index[k];
  return address;
}

const char* name_of(Verdict verdict) {
  constexpr const char* kNames[] = {"no", "yes", "too hard", "overflow"};
  return kNames[static_cast<int>(verdict)];
}

// Adds to `outcome` what is wrong with the answer to `what`.
void check_answer(const char* what, const OverlapResult& result, bool expected,
                  const StridedMemory& a, const StridedMemory& b, Outcome* outcome) {
  if (result.verdict != (expected ? Verdict::kYes : Verdict::kNo)) {
    outcome->failures.push_back(
        absl::StrCat(what, ": ", name_of(result.verdict), ", not ", expected ? "yes" : "no"));
  } else if (const std::string problem = witness_problem(result, a, b); !problem.empty()) {
    outcome->failures.push_back(absl::StrCat(what, ": ", problem));
  }
}

void check_bounds(const StridedMemory& a, const StridedMemory& b, bool expected, Outcome* outcome) {
  if (bounds_overlap(a, b) == expected && bounds_overlap(b, a) == expected) return;
  outcome->failures.push_back(absl::StrCat("bounds meet: not ", expected ? "yes" : "no"));
}

// `a | b | shares may_share | buflen section`
Outcome check_overlap_fact(const std::string& line) {
  NumberReader in(line);
  const Memory a = read_memory(&in);
  in.bar();
  const Memory b = read_memory(&in);
  in.bar();
  const bool shares = in.bit();
  const bool may_share = in.bit();
  in.bar();
  in.number();
  const std::string section = in.word();
  in.end();

  Outcome outcome;
  check_bounds(a, b, may_share, &outcome);
  const bool is_hard = section.rfind("hard:", 0) == 0;
  for (const auto& [first, second] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    const OverlapResult result = find_overlap(*first, *second);
    if (is_hard && result.verdict == Verdict::kTooHard) {
      outcome.skipped = section + " is too hard for the default limit of work";
    } else {
      check_answer("share a byte", result, shares, *first, *second, &outcome);
    }
  }
  return outcome;
}

// `layout | internal`
Outcome check_self_overlap_fact(const std::string& line) {
  NumberReader in(line);
  const Memory a = read_layout(&in);
  in.bar();
  const bool overlaps = in.bit();
  in.end();

  Outcome outcome;
  const OverlapResult result = find_self_overlap(a);
  check_answer("overlaps itself", result, overlaps, a, a, &outcome);
  if (result.verdict == Verdict::kYes && result.index_a == result.index_b) {
    outcome.failures.push_back("overlaps itself: one element is not two");
  }
  return outcome;
}

}  // namespace

std::string witness_problem(const OverlapResult& result, const StridedMemory& a,
                            const StridedMemory& b) {
  if (result.verdict != Verdict::kYes) {
    return result.index_a.empty() && result.index_b.empty() ? "" : "elements without a yes";
  }
  if (!is_in_shape(result.index_a, a) || !is_in_shape(result.index_b, b)) {
    return "elements that there are not";
  }
  const absl::int128 in_a = address_of(a, result.index_a);
  const absl::int128 in_b = address_of(b, result.index_b);
  const bool meet = in_a < in_b + b.itemsize && in_b < in_a + a.itemsize;
  return meet ? "" : "elements without a common byte";
}

void replay_overlap_facts(const std::string& path, Tally* tally) {
  check_lines(path, tally, check_overlap_fact);
}

void replay_self_overlap_facts(const std::string& path, Tally* tally) {
  check_lines(path, tally, check_self_overlap_fact);
}

}  // namespace cow::testing
