// Against a loop over the positions.
#include "cow/core/gather.h"

#include <limits>
#include <random>
#include <vector>

#include "cow/tests/array_testing.h"
#include "cow/tests/simd_testing.h"

namespace cow::internal {
namespace {

class GatherTest : public SimdTest {};
INSTANTIATE_TEST_SUITE_P(, GatherTest, all_targets(), target_name);

TEST_P(GatherTest, FindsEachPositionThatIsOutOfRange) {
  constexpr Index kLowest = std::numeric_limits<Index>::min();
  constexpr Index kHighest = std::numeric_limits<Index>::max();
  for (Index extent : {Index{1}, Index{5}, kHighest}) {
    for (Index count = 0; count < 40; ++count) {
      std::vector<Index> positions(static_cast<std::size_t>(count), extent - 1);
      EXPECT_TRUE(all_in_range(positions, extent));
      EXPECT_EQ(all_in_range(positions, 0), count == 0);
      for (Index& position : positions) {
        for (Index wrong : {Index{-1}, kLowest, kLowest + 1, extent, kHighest}) {
          if (wrong == extent - 1) continue;
          position = wrong;
          EXPECT_FALSE(all_in_range(positions, extent)) << wrong << " of " << extent;
        }
        position = 0;
      }
      EXPECT_TRUE(all_in_range(positions, extent));
    }
  }
}

TEST_P(GatherTest, CopiesRowsOfAnySize) {
  std::mt19937 random(static_cast<unsigned>(test_seed(31)));
  for (Index row_bytes : {1, 2, 4, 8, 16, 24, 1024}) {
    std::vector<std::byte> from(static_cast<std::size_t>(10 * row_bytes)), expected;
    for (std::byte& byte : from) byte = std::byte(random());
    std::vector<Index> rows;
    for (int i = 0; i < 21; ++i) {
      rows.push_back(random() % 10);
      const auto first = from.begin() + rows.back() * row_bytes;
      expected.insert(expected.end(), first, first + row_bytes);
    }
    std::vector<std::byte> to(expected.size());
    EXPECT_TRUE(gather(from.data(), 10, row_bytes, rows, to.data()));
    EXPECT_EQ(to, expected) << row_bytes;
  }
}

}  // namespace
}  // namespace cow::internal
