#include "cow/diagnostics/rule.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

TEST(RuleTest, RulesStandInTheOrderOfTheirIds) {
  std::set<std::string> kinds;
  int number = 0;
  for (const Rule& rule : rules()) {
    EXPECT_EQ(static_cast<int>(rule.id), number++);
    EXPECT_EQ(rule.code, "AS00" + std::to_string(number));
    EXPECT_EQ(&rule_of(rule.id), &rule);
    EXPECT_EQ(find_rule(rule.code), &rule);
    EXPECT_TRUE(kinds.insert(rule.kind).second);
  }
  EXPECT_EQ(number, kRuleCount);
  EXPECT_EQ(find_rule("AS009"), nullptr);
  EXPECT_EQ(find_rule(""), nullptr);
}

TEST(RuleTest, EveryRuleHasItsPage) {
  for (const Rule& rule : rules()) {
    EXPECT_NE(rule_page(rule.id).find(rule.code), std::string_view::npos);
    EXPECT_NE(rule_page(rule.id).find(rule.kind), std::string_view::npos) << rule.code;
  }
}

}  // namespace
}  // namespace cow::alsan
