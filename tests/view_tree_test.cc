#include "cow/core/view_tree.h"

#include "cow/tests/array_testing.h"

namespace cow {
namespace {

class ViewTreeTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, ViewTreeTest, both_modes(), mode_name);

TEST_P(ViewTreeTest, ShowsAnArrayAndThoseThatItWasMadeFrom) {
  Ints a = numbered({3, 4});
  Ints rows = a[slice(1, 3)];
  Ints sibling = a[0];
  Ints turned = rows.T();
  rows.label("rows");
  EXPECT_EQ(view_tree(a), "array (3, 4)\n");
  EXPECT_EQ(view_tree(turned),
            "array (3, 4)\n"
            "└── rows (2, 4)\n"
            "    └── view (4, 2)\n");
  a.label("a");
  EXPECT_EQ(view_tree(rows), "a (3, 4)\n└── rows (2, 4)\n");
}

TEST_P(ViewTreeTest, OfOwnersAndCopiesIsOneLine) {
  const Ints a = numbered({});
  EXPECT_EQ(view_tree(a), "array ()\n");
  EXPECT_EQ(view_tree(numbered({2, 0}).copy().label("empty")), "empty (2, 0)\n");
  EXPECT_THROW(view_tree(Ints()), std::invalid_argument);
}

}  // namespace
}  // namespace cow
