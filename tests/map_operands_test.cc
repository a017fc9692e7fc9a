#include "cow/core/map_operands.h"

#include "cow/tests/array_testing.h"

namespace cow::internal {
namespace {

/// Bytes of the copies that `map_into(out, fn, sources...)` needs.
Index temporary_bytes(Ints out, std::initializer_list<const Node*> nodes) {
  MapSources sources(nodes);
  sources.require_fit(out.handle().node());
  sources.begin_reads();
  WriteScope scope(out.handle().node(), Receiver::kNamed);
  return MapDestination(scope, &sources).temporary_bytes();
}

TEST(MapOperandsTest, CopiesOnlyWhatOverlapsTheResultElsewhere) {
  Ints a = numbered({4, 4}), b = numbered({4, 4});
  const Node& node = a.handle().node();
  const Ints transposed = a.T(), row = a[1], lower = a[slice(2, none)];
  EXPECT_EQ(temporary_bytes(a, {&node, &b.handle().node()}), 0);
  EXPECT_EQ(temporary_bytes(a, {&transposed.handle().node()}), 128);
  EXPECT_EQ(temporary_bytes(a, {&node, &row.handle().node()}), 32);
  EXPECT_EQ(temporary_bytes(a[slice(0, 2)], {&lower.handle().node()}), 0);
}

TEST(MapOperandsTest, SourcesAreSpreadToTheCommonShape) {
  Ints a = numbered({3, 1}), b = numbered({4});
  MapSources sources({&a.handle().node(), &b.handle().node()});
  EXPECT_EQ(sources.shape(), Shape({3, 4}));
  sources.begin_reads();
  sources.look();
  EXPECT_EQ(numbers_of(sources.operand(0).strides), (std::vector<Index>{8, 0}));
  EXPECT_EQ(numbers_of(sources.operand(1).strides), (std::vector<Index>{0, 8}));
}

}  // namespace
}  // namespace cow::internal
