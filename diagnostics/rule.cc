#include "cow/diagnostics/rule.h"

namespace cow::alsan {
namespace {

constexpr Rule kRules[kRuleCount] = {
    {RuleId::kSurpriseMutation, "AS001", "surprise-mutation",
     "a read returns what another array's write left there", Severity::kWarn},
    {RuleId::kSelfOverlappingWrite, "AS002", "self-overlapping-write",
     "a write through an array of which several elements are one place in memory", Severity::kWarn},
    {RuleId::kPartialOverlap, "AS003", "partial-overlap",
     "source and destination of one operation overlap, which costs a hidden copy", Severity::kOff},
    {RuleId::kReadOnlyWrite, "AS004", "read-only-write",
     "a write that a read-only array refused, or that came after const was cast away",
     Severity::kWarn},
    {RuleId::kRawWrite, "AS005", "raw-write", "a write through a raw pointer outside of a lease",
     Severity::kWarn},
    {RuleId::kLostWrite, "AS006", "lost-write",
     "a copy made by an index was written, never read, and dropped", Severity::kWarn},
    {RuleId::kForeignChange, "AS007", "foreign-change",
     "borrowed or exported memory was changed by the other side", Severity::kWarn},
    {RuleId::kKeptAlive, "AS008", "kept-alive", "a small view keeps a large buffer in memory",
     Severity::kWarn},
};

// Generated from docs/rules.
constexpr std::string_view kPages[kRuleCount] = {
#include "cow/docs/rules/rule_pages.inc"
};

}  // namespace

absl::Span<const Rule> rules() { return kRules; }

std::string_view rule_page(RuleId id) { return kPages[static_cast<std::size_t>(id)]; }

const Rule* find_rule(std::string_view code) {
  for (const Rule& rule : kRules) {
    if (code == rule.code) return &rule;
  }
  return nullptr;
}

}  // namespace cow::alsan
