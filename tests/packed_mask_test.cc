// Against a loop over the mask, in C order.
#include "cow/core/packed_mask.h"

#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow::internal {
namespace {

TEST(PackedMaskTest, HasABitForEachElementOfAnyView) {
  Random random(test_seed(4));
  for (int round = 0; round < 200; ++round) {
    Array<bool> whole = zeros<bool>(random_long_shape(random, 3, 150));
    Array<bool> flat = whole.reshape({-1}).ref();
    for (Index i = 0; i < flat.size(); ++i) flat(i) = random_number(random, 0, 2) == 0;
    const Array<bool> mask = whole[random_items(random, whole.shape())].T();
    std::vector<Index> expected, found;
    const std::vector<bool> elements = elements_of(mask);
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (elements[i]) expected.push_back(static_cast<Index>(i));
    }
    const PackedMask packed(mask.handle().node());
    for_each_bit(packed, [&](Index position) { found.push_back(position); });
    EXPECT_EQ(found, expected);
    EXPECT_EQ(packed.size(), mask.size());
    EXPECT_EQ(packed.count(), std::ssize(expected));
  }
}

}  // namespace
}  // namespace cow::internal
