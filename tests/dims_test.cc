#include "cow/core/dims.h"

#include <type_traits>

#include "gtest/gtest.h"

namespace cow {
namespace {

static_assert(std::is_same_v<Index, std::int64_t>);
static_assert(kMaxDims == 32);

Index rank_of(Shape shape) { return static_cast<Index>(shape.size()); }

TEST(DimsTest, AShapeIsGivenInBraces) {
  EXPECT_EQ(rank_of({}), 0);
  EXPECT_EQ(rank_of({3, 4}), 2);
  EXPECT_EQ(rank_of(Dims{3, 4, 5}), 3);
}

TEST(DimsTest, FourAxesNeedNoMemory) {
  const auto is_inline = [](const Dims& dims) {
    const auto begin = reinterpret_cast<std::uintptr_t>(&dims);
    const auto data = reinterpret_cast<std::uintptr_t>(dims.data());
    return data >= begin && data < begin + sizeof dims;
  };
  EXPECT_TRUE(is_inline(Dims(4, 1)));
  EXPECT_FALSE(is_inline(Dims(5, 1)));
}

}  // namespace
}  // namespace cow
