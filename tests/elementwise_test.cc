#include "cow/core/elementwise.h"

#include <numeric>
#include <vector>

#include "cow/core/layout.h"
#include "gtest/gtest.h"

namespace cow::internal {
namespace {

template <class T>
Operand operand(std::vector<T>& elements, absl::Span<const Index> strides) {
  return {reinterpret_cast<std::byte*>(elements.data()), strides};
}

TEST(ElementwiseTest, DenseAndStridedRowsGiveTheSame) {
  std::vector<float> out(12), dense(12);
  std::vector<std::int16_t> in(12);
  std::iota(in.begin(), in.end(), 0);
  const std::vector<Index> rows{16, 4}, columns{4, 12}, short_rows{8, 2}, short_columns{2, 6};
  const auto twice = [](float& to, const std::int16_t& x) { to = 2.0f * x; };
  for_each_element<float, std::int16_t>({3, 4}, {{operand(dense, rows), operand(in, short_rows)}},
                                        twice);
  EXPECT_EQ(dense[11], 22.0f);
  for_each_element<float, std::int16_t>({3, 4}, {{operand(out, columns), operand(in, short_rows)}},
                                        twice);
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 4; ++j) {
      EXPECT_EQ(out[static_cast<std::size_t>(j * 3 + i)],
                dense[static_cast<std::size_t>(i * 4 + j)]);
    }
  }
}

TEST(ElementwiseTest, AStretchedInputIsReadSeveralTimes) {
  std::vector<int> out(6), in{1, 2, 3};
  for_each_element<int, int>({2, 3}, {{operand(out, {12, 4}), operand(in, {0, 4})}},
                             [](int& to, const int& x) { to = x; });
  EXPECT_EQ(out, (std::vector<int>{1, 2, 3, 1, 2, 3}));
}

TEST(ElementwiseTest, NoElementsAndOne) {
  std::vector<int> out{5};
  int calls = 0;
  const auto count = [&](int&) { ++calls; };
  for_each_element<int>({0, 3}, {{operand(out, {12, 4})}}, count);
  EXPECT_EQ(calls, 0);
  for_each_element<int>({}, {{operand(out, {})}}, count);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace cow::internal
