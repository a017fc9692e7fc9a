// Against loops over the elements, in C order.
#include "cow/core/operators.h"

#include <cmath>
#include <limits>

#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow {
namespace {

class OperatorsModeTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, OperatorsModeTest, both_modes(), mode_name);

TEST_P(OperatorsModeTest, BroadcastAsLoops) {
  Random random(test_seed(3));
  for (int round = 0; round < 300; ++round) {
    const Dims shape = random_shape(random, 4);
    // Fewer axes, and some of extent 1.
    const auto operand = [&] {
      const Index dropped = random_number(random, 0, static_cast<Index>(shape.size()));
      Dims part(shape.begin() + dropped, shape.end());
      for (Index& extent : part) extent = random_number(random, 0, 2) == 0 ? 1 : extent;
      return part;
    };
    const Dims a_shape = operand(), b_shape = operand();
    const Ints a = numbered(a_shape), b = (numbered(b_shape) * -3).copy();
    const Dims to = broadcast_shapes(a_shape, b_shape);
    const NaiveView from_a = naive_broadcast(a_shape, to), from_b = naive_broadcast(b_shape, to);
    std::vector<Index> sums, products;
    std::vector<bool> less;
    for (std::size_t i = 0; i < from_a.positions.size(); ++i) {
      const Index x = from_a.positions[i], y = -3 * from_b.positions[i];
      sums.push_back(x + y);
      products.push_back(x * y);
      less.push_back(x < y);
    }
    EXPECT_EQ(numbers_of((a + b).shape()), numbers_of(to));
    EXPECT_EQ(elements_of(a + b), sums);
    EXPECT_EQ(elements_of(b * a), products);
    EXPECT_EQ(elements_of(a < b), less);
    EXPECT_EQ(elements_of(~(b <= a)), less);
  }
}

TEST_P(OperatorsModeTest, OperandsStayAsTheyWere) {
  Ints a = numbered({2, 3});
  Ints turned = a.T();
  const Ints sum = a + turned.T();
  EXPECT_EQ(elements_of(sum), (std::vector<Index>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(elements_of(a), count_up(6));
  EXPECT_NE(address_of(sum), address_of(a));
}

template <class E>
class WrapTest : public testing::Test {};
using Integers = testing::Types<std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t,
                                std::uint16_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(WrapTest, Integers);

TYPED_TEST(WrapTest, ModuloTwoToTheN) {
  using E = TypeParam;
  using Wide = unsigned __int128;  // whose low bits are right whatever overflows
  constexpr E kLowest = std::numeric_limits<E>::min(), kHighest = std::numeric_limits<E>::max();
  std::vector<E> numbers{kLowest,
                         static_cast<E>(kLowest + 1),
                         0,
                         1,
                         2,
                         static_cast<E>(-1),
                         static_cast<E>(kHighest / 2 + 1),
                         static_cast<E>(kHighest - 1),
                         kHighest};
  const Array<E> b = from_span<E>(numbers, {-1});
  const Array<E> a = from_span<E>(numbers, {-1, 1});
  const auto sum = a + b, difference = a - b, product = a * b, negative = -b;
  const Array<double> ratios = a / b;
  static_assert(std::is_same_v<decltype(sum), const Array<E>>);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const Wide x = static_cast<Wide>(numbers[i]);
    EXPECT_EQ(negative(i), static_cast<E>(Wide{0} - x));
    for (std::size_t j = 0; j < numbers.size(); ++j) {
      const Wide y = static_cast<Wide>(numbers[j]);
      EXPECT_EQ(sum(i, j), static_cast<E>(x + y));
      EXPECT_EQ(difference(i, j), static_cast<E>(x - y));
      EXPECT_EQ(product(i, j), static_cast<E>(x * y));
      EXPECT_EQ((a < b)(i, j), numbers[i] < numbers[j]);
      // True division.
      const double ratio = static_cast<double>(numbers[i]) / static_cast<double>(numbers[j]);
      const double divided = ratios(i, j);
      EXPECT_TRUE(divided == ratio || (std::isnan(divided) && std::isnan(ratio)));
    }
    EXPECT_EQ((b + numbers[i])(i), static_cast<E>(x + x));
    EXPECT_EQ((1 - b)(i), static_cast<E>(Wide{1} - x));
  }
}

TEST(OperatorsTest, BoolAddsAsOrAndMultipliesAsAnd) {
  const Array<bool> a = array<bool>({{false}, {true}}), b = array<bool>({false, true});
  EXPECT_EQ(elements_of(a + b), (std::vector<bool>{false, true, true, true}));
  EXPECT_EQ(elements_of(a * b), (std::vector<bool>{false, false, false, true}));
  EXPECT_EQ(elements_of(a | b), elements_of(a + b));
  EXPECT_EQ(elements_of(a & b), elements_of(a * b));
  EXPECT_EQ(elements_of(a ^ b), elements_of(a != b));
  EXPECT_EQ(elements_of(~(a ^ b)), elements_of(a == b));
  EXPECT_EQ(elements_of(a + 1), (std::vector<Index>{1, 2}));
}

TEST(OperatorsTest, NanEqualsNothing) {
  const double nan = std::nan("");
  const Array<double> a = array<double>({nan, 1}), b = array<double>({{nan, nan}, {1, nan}});
  const std::vector<bool> none(4);
  for (const Array<bool>&mask : {a<b, a <= b, a> b, a >= b, a == b}) {
    EXPECT_EQ(elements_of(mask), none);
  }
  EXPECT_EQ(elements_of(a != b), std::vector<bool>(4, true));
}

TEST(OperatorsTest, MixedTypesArePromoted) {
  const auto bytes = full<std::uint8_t>({2}, 200);
  static_assert(std::is_same_v<decltype(bytes + full<std::int8_t>({2}, -1)), Array<std::int16_t>>);
  EXPECT_EQ((bytes + full<std::int8_t>({2}, -1))(0), 199);
  EXPECT_EQ((bytes * 2)(0), 144);      // a number is of the array's type
  EXPECT_EQ((bytes * 2.0)(0), 400.0);  // unless of another kind
  EXPECT_EQ(elements_of(full<float>({1}, 1) + full<std::complex<float>>({1}, {0, 1})),
            (std::vector<std::complex<float>>{{1, 1}}));
  EXPECT_TRUE((full<std::int8_t>({1}, -1) < full<std::uint32_t>({1}, 1))(0));
  EXPECT_EQ((bytes + full<Index>({2}, 7)(0))(1), 207);
}

TEST(OperatorsTest, OfRankZeroAndEmpty) {
  const Ints zero = numbered({}) + 5;
  EXPECT_EQ(zero.ndim(), 0);
  EXPECT_EQ(elements_of(zero * zero), (std::vector<Index>{25}));
  EXPECT_EQ(elements_of(numbered({2}) + zero), (std::vector<Index>{5, 6}));
  const Ints none = numbered({1, 0}) + numbered({3, 1});
  EXPECT_EQ(numbers_of(none.shape()), (std::vector<Index>{3, 0}));
  EXPECT_THROW(Ints() + zero, std::invalid_argument);
  EXPECT_THROW(-Ints(), std::invalid_argument);
}

TEST(OperatorsTest, ShapesThatDoNotBroadcastAreNamed) {
  const auto message = [](auto fn) -> std::string {
    try {
      fn();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  const Ints a = numbered({2, 3}), b = numbered({3, 2});
  for (const std::string& text :
       {message([&] { return a + b; }), message([&] { return a == b; }),
        message([&] { return (a > 1) & (b > 1); }), message([&] { return a / b; })}) {
    EXPECT_NE(text.find("(2, 3)"), std::string::npos) << text;
    EXPECT_NE(text.find("(3, 2)"), std::string::npos) << text;
  }
  EXPECT_THROW(numbered({0}) + numbered({2}), std::invalid_argument);
}

TEST(ComparisonTest, NumbersAreComparedByValue) {
  const auto bytes = array<std::uint8_t>({10, 200, 255});
  EXPECT_FALSE((bytes > 300).any());
  EXPECT_TRUE((bytes < 300).all());
  EXPECT_FALSE((bytes == -1).any());
  EXPECT_TRUE((-1 < bytes).all());
  const auto large = array<std::uint64_t>({std::uint64_t{1} << 63});
  EXPECT_TRUE((large > (std::int64_t{1} << 62)).all());
  EXPECT_TRUE((array<float>({0.1F}) == 0.1).all());  // a number has the array's precision
}

}  // namespace
}  // namespace cow
