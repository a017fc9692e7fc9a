#ifndef COW_DIAGNOSTICS_RULE_H_
#define COW_DIAGNOSTICS_RULE_H_

#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace cow::alsan {

/// What AliasSanitizer can find. `docs/rules/` has a page for each.
enum class RuleId : unsigned char {
  kSurpriseMutation,      // AS001
  kSelfOverlappingWrite,  // AS002
  kPartialOverlap,        // AS003
  kReadOnlyWrite,         // AS004
  kRawWrite,              // AS005
  kLostWrite,             // AS006
  kForeignChange,         // AS007
  kKeptAlive,             // AS008
};
inline constexpr int kRuleCount = 8;

/// What is done about a finding. `kError` ends the program.
enum class Severity : unsigned char { kOff, kWarn, kError };

struct Rule {
  RuleId id;
  const char* code;  // "AS001"
  const char* kind;  // "surprise-mutation"
  const char* meaning;
  Severity default_severity;
};

/// All rules, in the order of `RuleId`.
absl::Span<const Rule> rules();

inline const Rule& rule_of(RuleId id) { return rules()[static_cast<std::size_t>(id)]; }

/// The rule of a code such as "AS001"; null if there is none.
const Rule* find_rule(std::string_view code);

/// The page of `docs/rules/` about a rule, as text.
std::string_view rule_page(RuleId id);

}  // namespace cow::alsan

#endif  // COW_DIAGNOSTICS_RULE_H_
