#include "cow/core/copy.h"

#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow {
namespace {

class CopyTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, CopyTest, both_modes(), mode_name);

TEST_P(CopyTest, IsAnIndependentArrayInCOrder) {
  Random random(test_seed(6));
  for (int round = 0; round < 200; ++round) {
    Ints whole = numbered(random_shape(random, 4));
    Ints a = whole[random_items(random, whole.shape())].T();
    const std::vector<Index> elements = elements_of(a);
    Ints copy = a.copy();
    EXPECT_EQ(elements_of(copy), elements);
    EXPECT_EQ(numbers_of(copy.shape()), numbers_of(a.shape()));
    EXPECT_TRUE(copy.is_contiguous() && copy.is_writeable() && copy.owns_data());
    copy += 100;
    EXPECT_EQ(elements_of(a), elements);
    Ints second = a.copy();
    a -= 100;
    EXPECT_EQ(elements_of(second), elements);
  }
}

TEST_P(CopyTest, SharesOnlyInCopyOnWriteMode) {
  Ints a = numbered({4, 4});
  EXPECT_EQ(address_of(a.copy()) == address_of(a), copies_on_write());
  // Not where it would show by its strides, or keep a large buffer alive for a few bytes.
  EXPECT_NE(address_of(a.T().copy()), address_of(a));
  EXPECT_NE(address_of(a[0].copy()), address_of(a));
  a.mutable_span<2>();  // a raw pointer, which may outlive its lease
  EXPECT_NE(address_of(a.copy()), address_of(a));
}

TEST_P(CopyTest, IsOfTheModeInForce) {
  Ints a = numbered({4});
  const ScopedMode other(copies_on_write() ? Mode::kView : Mode::kCopyOnWrite);
  Ints copy = a.copy();
  EXPECT_NE(copy.handle().node().current_buffer().mode, GetParam());
  EXPECT_NE(address_of(copy), address_of(a));
}

}  // namespace
}  // namespace cow
