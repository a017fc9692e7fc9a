#include "cow/diagnostics/tree_branches.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TreeBranchesTest, LastSiblingsEndTheirBranch) {
  EXPECT_THAT(tree_branches({0, 1, 2, 2, 1, 2}),
              ElementsAre("", "├── ", "│   ├── ", "│   └── ", "└── ", "    └── "));
}

TEST(TreeBranchesTest, EachRootBeginsATree) {
  EXPECT_THAT(tree_branches({0, 1, 0, 1}), ElementsAre("", "└── ", "", "└── "));
  EXPECT_THAT(tree_branches({}), IsEmpty());
}

}  // namespace
}  // namespace cow::alsan
