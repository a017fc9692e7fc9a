#include "cow/diagnostics/testing.h"

#include <unistd.h>

#include <iostream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cow/core/dtype.h"
#include "cow/core/errors.h"
#include "cow/diagnostics/options.h"
#include "cow/diagnostics/report.h"
#include "cow/diagnostics/report_printer.h"
#include "cow/diagnostics/rule.h"

namespace cow::testing {
namespace {

using alsan::AliasSanitizer;
using alsan::Collection;
using alsan::Report;

std::string texts_of(const std::vector<Report>& reports) {
  std::string text;
  for (const Report& report : reports) {
    absl::StrAppend(&text, alsan::print_text(report, {getpid(), false}));
  }
  return text;
}

std::string failure(const std::string& expected, const std::string& actual,
                    const Collection& found) {
  return absl::StrCat("Expected: ", expected, "\n  Actual: ", actual, "\n",
                      texts_of(found.reports));
}

std::string findings_text(const Collection& found) {
  if (found.findings == 0) return "no finding";
  return absl::StrCat(found.findings, found.findings == 1 ? " finding" : " findings", " (",
                      found.reports.size(), " distinct)");
}

std::string detaches_text(Index count, Index bytes) {
  return absl::StrCat(count, count == 1 ? " detach" : " detaches", " of ", bytes, " bytes in all");
}

// ---- installation ----------------------------------------------------------------------------

/// What is found outside of expectations goes with the test that it was found in: shown if that
/// fails.
class CollectPerTest : public ::testing::EmptyTestEventListener {
 public:
  void OnTestStart(const ::testing::TestInfo&) override {
    collection_ = {};
    alsan::alias_sanitizer()->collect_into(&collection_);
  }
  void OnTestEnd(const ::testing::TestInfo& test) override {
    alsan::alias_sanitizer()->collect_into(nullptr);
    if (test.result()->Failed()) std::cout << texts_of(collection_.reports) << std::flush;
  }

 private:
  Collection collection_;
};

/// When tests begin the static initialisers have run, hence `//diagnostics:auto_install` if it is
/// linked.
class InstallIfNone : public ::testing::Environment {
 public:
  void SetUp() override {
    if (alsan::alias_sanitizer() != nullptr) return;
    std::vector<std::string> warnings;
    alsan::Options options = alsan::options_from_environment(&warnings);
    if (options.mode == alsan::Mode::kOff) options.mode = alsan::Mode::kWarn;
    if (alsan::install_alias_sanitizer(options) == nullptr) return;
    ::testing::UnitTest::GetInstance()->listeners().Append(new CollectPerTest);
  }
};

[[maybe_unused]] const auto* const install = ::testing::AddGlobalTestEnvironment(new InstallIfNone);

}  // namespace

// ---- blocks ----------------------------------------------------------------------------------

CollectionCheck no_surprises() {
  return [](const Collection& found) {
    if (found.findings == 0) return std::string();
    return failure("no finding of AliasSanitizer", findings_text(found), found);
  };
}

CollectionCheck surprise(std::string_view code) {
  return [code = std::string(code)](const Collection& found) {
    const alsan::Rule* rule = alsan::find_rule(code);
    if (rule == nullptr) return absl::StrCat("There is no rule '", code, "'.");
    std::string others;
    for (const Report& report : found.reports) {
      if (report.rule != code) absl::StrAppend(&others, others.empty() ? "" : ", ", report.rule);
    }
    if (found.findings > 0 && others.empty()) return std::string();
    return failure(absl::StrCat("findings of ", code, " (", rule->kind, ") and of no other rule"),
                   absl::StrCat(findings_text(found), others.empty() ? "" : ", of ", others),
                   found);
  };
}

CollectionCheck detaches(Index count, Index bytes) {
  return [count, bytes](const Collection& found) {
    Index copied = 0;
    for (const Collection::Detach& detach : found.detaches) copied += detach.bytes;
    const Index actual = static_cast<Index>(found.detaches.size());
    if (actual == count && copied == bytes) return std::string();
    std::string lines;
    for (const Collection::Detach& detach : found.detaches) {
      absl::StrAppend(&lines, "\n    '", detach.array, "' took ", detach.bytes, " bytes");
      const std::vector<alsan::Frame> frames = alsan::alias_sanitizer()->frames_of(detach.site);
      if (!frames.empty()) {
        absl::StrAppend(&lines, " at ", frames[0].file, ":", frames[0].line);
      }
    }
    return failure(detaches_text(count, bytes), detaches_text(actual, copied) + lines, found);
  };
}

ExpectationScope::ExpectationScope(CollectionCheck check, const char* file, int line)
    : check_(std::move(check)), file_(file), line_(line) {
  AliasSanitizer* sanitizer = alsan::alias_sanitizer();
  if (sanitizer != nullptr) outer_ = sanitizer->collect_into(&collection_);
}

ExpectationScope::~ExpectationScope() {
  AliasSanitizer* sanitizer = alsan::alias_sanitizer();
  if (sanitizer == nullptr) {
    ADD_FAILURE_AT(file_, line_) << "AliasSanitizer watches nothing: another observer is installed,"
                                    " or RUN_ALL_TESTS() has not begun.";
    return;
  }
  sanitizer->collect_into(outer_);
  const std::string wrong = check_(collection_);
  if (!wrong.empty()) ADD_FAILURE_AT(file_, line_) << wrong;
}

// ---- shared memory ---------------------------------------------------------------------------

namespace internal {
namespace {

std::string described(const Operand& operand) {
  if (operand.node == nullptr) return absl::StrCat(operand.text, ", which is Array()");
  return absl::StrCat(operand.text, ", ", dtype_name(operand.node->dtype), " ",
                      tuple_text(operand.node->layout.shape()));
}

std::string element(const Operand& operand, const Dims& index) {
  return alsan::element_text({operand.text, index});
}

}  // namespace

::testing::AssertionResult expect_shared(bool expected, const Operand& a, const Operand& b,
                                         const std::optional<OverlapWitness>& witness) {
  if (witness.has_value() == expected) return ::testing::AssertionSuccess();
  const std::string actual = witness ? absl::StrCat(element(a, witness->index_a), " and ",
                                                    element(b, witness->index_b), " are one place")
                                     : "they have no byte in common";
  return ::testing::AssertionFailure()
         << "Expected: " << (expected ? "" : "no ") << "shared memory of " << described(a)
         << ", and " << described(b) << "\n  Actual: " << actual;
}

}  // namespace internal
}  // namespace cow::testing
