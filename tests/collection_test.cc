#include "cow/diagnostics/collection.h"

#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using Key = SeenFindings::Key;

TEST(CollectionTest, FindingsDifferByRuleWriteAndView) {
  constexpr RuleId kOne = static_cast<RuleId>(1), kTwo = static_cast<RuleId>(2);
  SeenFindings seen;
  EXPECT_TRUE(seen.sites.emplace(Key{kOne, 2, 3}, false).second);
  for (const Key& other : {Key{kTwo, 2, 3}, Key{kOne, 3, 3}, Key{kOne, 2, 4}, Key{kOne, 3, 2}}) {
    EXPECT_TRUE(seen.sites.emplace(other, true).second);
  }
  EXPECT_FALSE(seen.sites.emplace(Key{kOne, 2, 3}, true).second);
  EXPECT_FALSE(seen.sites.at(Key{kOne, 2, 3}));  // as the first one was
  EXPECT_TRUE(seen.sites.at(Key{kOne, 3, 2}));
}

TEST(CollectionTest, OneBegunKnowsNothing) {
  const Collection collection;
  EXPECT_TRUE(collection.reports.empty());
  EXPECT_TRUE(collection.detaches.empty());
  EXPECT_TRUE(collection.seen.sites.empty());
  EXPECT_TRUE(collection.seen.reports.empty());
  EXPECT_EQ(collection.findings, 0);
}

}  // namespace
}  // namespace cow::alsan
