// The alias programs under AliasSanitizer: every surprise that the facts name, with its element,
// values, writer and direction, and no other.

#include <algorithm>
#include <cstring>
#include <optional>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "cow/core/mode.h"
#include "cow/diagnostics/alias_sanitizer.h"
#include "cow/tests/oracle/program.h"
#include "cow/tests/oracle/program_runner.h"
#include "cow/tests/sanitizer_testing.h"
#include "gtest/gtest.h"

namespace cow::testing {
namespace {

using alsan::ArrayRecord;

/// The array that the program has a name for: a temporary's is what it was made from.
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

Index flat_index(const ArrayRecord& array, const std::byte* address) {
  Dims index;
  EXPECT_TRUE(alsan::index_of(array, address, &index));
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

/// Collects the surprises of each step and compares them with the step's facts.
class SurpriseChecker : public StepObserver {
 public:
  void before_step(const Program&, int, const Arrays&) override {
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
    surprises_ += static_cast<int>(expected.size());
    if (found_ == expected) return {};
    return {"surprises " + text_of(found_) + "instead of " + text_of(expected)};
  }

  std::optional<int> first_step() const { return first_step_; }
  int surprises() const { return surprises_; }

 private:
  void add(const alsan::AliasSanitizer::ReadFindings& findings) {
    const ArrayRecord* reader = alsan::Registry::record_of(findings.access.node).get();
    const ArrayRecord* of = named(reader);
    if (of == nullptr) return;            // an index array
    const bool of_source = reads_++ > 0;  // the second operand of an in-place operator
    // The facts give the position of one element in the array.
    const bool is_element = findings.access.kind == internal::AccessKind::kElement;
    for (std::size_t i = 0; i < findings.surprises.size(); ++i) {
      const alsan::Surprise& found = findings.surprises[i];
      const ArrayRecord* writer = named(findings.writers[i]);
      const std::byte* address = reader->value->buffer->address_of(found.element);
      Surprise surprise;
      surprise.element = flat_index(*of, address);
      surprise.position = is_element ? surprise.element : found.position;
      surprise.of_source = of_source;
      surprise.now = number_of(reader->dtype, found.now);
      surprise.was = number_of(reader->dtype, found.was);
      if (writer != nullptr) {
        surprise.writer = writer->label;
        surprise.direction = direction_text(alsan::direction_of(*of, *writer));
      }
      found_.push_back(surprise);
    }
  }

  int reads_ = 0;
  std::vector<Surprise> found_;
  std::optional<int> first_step_;
  int surprises_ = 0;
};

TEST(SurprisesTest, AliasProgramsHaveJustTheSurprisesOfTheFacts) {
  collecting_sanitizer();
  int programs = 0, surprises = 0;
  for (const Program& program : read_programs("tests/oracle/facts/alias_programs.jsonl.gz")) {
    SurpriseChecker checker;
    const Outcome outcome = run_program(program, Mode::kView, &checker);
    EXPECT_EQ(outcome.skipped, "") << program.id;
    for (const std::string& failure : outcome.failures) {
      ADD_FAILURE() << program.id << ": " << failure;
    }
    // The first surprise is where the copy-on-write run first gives another answer.
    if (outcome.failures.empty()) {
      EXPECT_EQ(checker.first_step(), program.first_surprise_step) << program.id;
    }
    ++programs;
    surprises += checker.surprises();
  }
  EXPECT_EQ(programs, 500);
  EXPECT_GT(surprises, 5000);
  RecordProperty("surprises", surprises);
}

TEST(SurprisesTest, CopyOnWriteModeHasNone) {
  const std::int64_t before = collecting_sanitizer().coverage().findings;
  for (const Program& program : read_programs("tests/oracle/facts/alias_programs.jsonl.gz")) {
    const Outcome outcome = run_program(program, Mode::kCopyOnWrite);
    for (const std::string& failure : outcome.failures) {
      ADD_FAILURE() << program.id << ": " << failure;
    }
  }
  EXPECT_EQ(collecting_sanitizer().coverage().findings, before);
}

}  // namespace
}  // namespace cow::testing
