#include "cow/core/bounded_sum_search.h"

#include <cstdint>

#include "absl/numeric/int128.h"
#include "cow/tests/search_testing.h"

namespace cow::internal {
namespace {

TEST_F(SearchTest, DepthFirst) {
  check<std::int64_t>(3000, cost_of_depth_first<std::int64_t>, search_depth_first<std::int64_t>);
  check<absl::int128>(300, cost_of_depth_first<absl::int128>, search_depth_first<absl::int128>);
}

TEST_F(SearchTest, Residues) {
  check<std::int64_t>(3000, cost_of_residues<std::int64_t>, search_residues<std::int64_t>);
  check<absl::int128>(300, cost_of_residues<absl::int128>, search_residues<absl::int128>);
}

TEST_F(SearchTest, Middle) {
  check<std::int64_t>(3000, cost_of_middle<std::int64_t>, search_middle<std::int64_t>);
  check<absl::int128>(300, cost_of_middle<absl::int128>, search_middle<absl::int128>);
}

TEST_F(SearchTest, BitSet) {
  check<std::int64_t>(3000, cost_of_bitset<std::int64_t>, search_bitset<std::int64_t>);
  check<absl::int128>(300, cost_of_bitset<absl::int128>, search_bitset<absl::int128>);
}

TEST_F(SearchTest, ToBitSet) {
  check<std::int64_t>(3000, cost_of_finding<std::int64_t>, search_to_bitset<std::int64_t>);
  check<absl::int128>(300, cost_of_finding<absl::int128>, search_to_bitset<absl::int128>);
}

}  // namespace
}  // namespace cow::internal
