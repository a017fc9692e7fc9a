#include "cow/tests/oracle/alias_program_facts.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <sstream>
#include <tuple>
#include <vector>

#include "cow/core/mode.h"
#include "cow/diagnostics/alias_sanitizer.h"
#include "cow/tests/oracle/program.h"
#include "cow/tests/oracle/program_runner.h"
#include "cow/tests/sanitizer_testing.h"

namespace cow::testing {
namespace {

using alsan::ArrayRecord;

// The array that the program has a name for: a temporary's is what it was made from.
const ArrayRecord* named(const ArrayRecord* array) {
  while (array != nullptr && array->label.empty()) array = array->made_from.get();
  return array;
}

const char* direction_text(alsan::Direction direction) {
  switch (direction) {
    case alsan::Direction::kBaseThroughView:
      return "base";
    case alsan::Direction::kViewThroughBase:
      return "view";
    case alsan::Direction::kSibling:
      break;
  }
  return "sibling";
}

Number number_of(DType dtype, const alsan::Bits& bits) {
  if (dtype == DType::kFloat64) {
    double value;
    std::memcpy(&value, bits.bytes.data(), sizeof value);
    return value;
  }
  std::int64_t value;
  std::memcpy(&value, bits.bytes.data(), sizeof value);
  return value;
}

// In C order; -1 if the array has no such element.
Index flat_index(const ArrayRecord& array, const std::byte* address) {
  Dims index;
  if (!alsan::index_of(array, address, &index)) return -1;
  Index flat = 0;
  for (int axis = 0; axis < array.layout.ndim(); ++axis) {
    flat = flat * array.layout.extent(axis) + index[axis];
  }
  return flat;
}

std::string text_of(const std::vector<Surprise>& surprises) {
  std::ostringstream text;
  const auto number = [&](const Number& value) { std::visit([&](auto v) { text << v; }, value); };
  for (const Surprise& surprise : surprises) {
    text << "{i " << surprise.position << " e " << surprise.element
         << (surprise.of_source ? " src" : "") << " now ";
    number(surprise.now);
    text << " was ";
    number(surprise.was);
    text << " by " << surprise.writer << " " << surprise.direction << "} ";
  }
  return text.str();
}

// Collects the surprises of each step and compares them with the step's facts.
class SurpriseChecker : public StepObserver {
 public:
  ~SurpriseChecker() override { collecting_sanitizer().set_read_listener(nullptr); }

  void before_step(const Program& program, int step, const Arrays&) override {
    is_element_ = program.steps[static_cast<std::size_t>(step)].op == "read_elem";
    reads_ = 0;
    found_.clear();
    collecting_sanitizer().set_read_listener(
        [this](const alsan::AliasSanitizer::ReadFindings& findings) { add(findings); });
  }

  std::vector<std::string> after_step(const Program& program, int step, const Arrays&) override {
    collecting_sanitizer().set_read_listener(nullptr);
    const std::optional<Reading>& reading = program.steps[static_cast<std::size_t>(step)].reading;
    const std::vector<Surprise> expected = reading ? reading->surprises : std::vector<Surprise>();
    std::stable_sort(found_.begin(), found_.end(), [](const Surprise& a, const Surprise& b) {
      return std::tie(a.of_source, a.position) < std::tie(b.of_source, b.position);
    });
    if (!found_.empty() && !first_step_) first_step_ = step;
    if (found_ == expected) return {};
    return {"surprises " + text_of(found_) + "instead of " + text_of(expected)};
  }

  std::optional<int> first_step() const { return first_step_; }

 private:
  void add(const alsan::AliasSanitizer::ReadFindings& findings) {
    const ArrayRecord& reader = findings.reader;
    const ArrayRecord* of = named(&reader);
    if (of == nullptr) return;            // an index array
    const bool of_source = reads_++ > 0;  // the second operand of an in-place operator
    for (std::size_t i = 0; i < findings.surprises.size(); ++i) {
      const alsan::Surprise& found = findings.surprises[i];
      const ArrayRecord* writer = named(findings.writers[i]);
      const std::byte* address = reader.value->buffer->address_of(found.element);
      Surprise surprise;
      surprise.element = flat_index(*of, address);
      surprise.position = is_element_ ? surprise.element : found.position;
      surprise.of_source = of_source;
      surprise.now = number_of(reader.dtype, found.now);
      surprise.was = number_of(reader.dtype, found.was);
      if (writer != nullptr) {
        surprise.writer = writer->label;
        surprise.direction = direction_text(alsan::direction_of(*of, *writer));
      }
      found_.push_back(surprise);
    }
  }

  bool is_element_ = false;  // then the facts give its position in the array
  int reads_ = 0;
  std::vector<Surprise> found_;
  std::optional<int> first_step_;
};

// "3", or "none".
std::string text_of(const std::optional<int>& step) {
  return step ? std::to_string(*step) : "none";
}

Outcome run_in_view_mode(const Program& program) {
  SurpriseChecker checker;
  Outcome outcome = run_program(program, Mode::kView, &checker);
  // The first surprise is where the copy-on-write run first gives another answer.
  const bool ran = outcome.failures.empty() && outcome.skipped.empty();
  if (ran && checker.first_step() != program.first_surprise_step) {
    outcome.failures.push_back("first surprise in step " + text_of(checker.first_step()) +
                               ", not " + text_of(program.first_surprise_step));
  }
  return outcome;
}

Outcome run_in_copy_on_write_mode(const Program& program) {
  const std::int64_t before = collecting_sanitizer().coverage().findings;
  Outcome outcome = run_program(program, Mode::kCopyOnWrite);
  if (collecting_sanitizer().coverage().findings != before) {
    outcome.failures.push_back("surprises among values of their own");
  }
  return outcome;
}

Outcome check_program(const std::string& line) {
  const Program program = parse_program(line);
  Outcome outcome = run_in_view_mode(program);
  outcome.id = program.id;
  const Outcome copies = run_in_copy_on_write_mode(program);
  for (const std::string& failure : copies.failures) {
    outcome.failures.push_back("in copy-on-write mode: " + failure);
  }
  if (outcome.skipped.empty()) outcome.skipped = copies.skipped;
  take_reports();  // what matters of them was heard
  return outcome;
}

}  // namespace

void replay_alias_programs(const std::string& path, Tally* tally) {
  collecting_sanitizer(testing::only_surprises());
  check_lines(path, tally, check_program);
}

}  // namespace cow::testing
