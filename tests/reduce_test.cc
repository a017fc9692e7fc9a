// Against loops over the elements, in C order.
#include "cow/core/reduce.h"

#include <limits>
#include <optional>

#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow {
namespace {

using Numbers = std::vector<Index>;

/// The sums along `axis` of elements in C order.
template <class Sum, class E>
std::vector<Sum> naive_sums(const std::vector<E>& elements, Shape shape, int axis) {
  const Index inner = element_count(shape.subspan(static_cast<std::size_t>(axis) + 1));
  const Index outer = element_count(shape.first(static_cast<std::size_t>(axis)));
  std::vector<Sum> sums(static_cast<std::size_t>(outer * inner));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const Index flat = static_cast<Index>(i);
    sums[static_cast<std::size_t>(flat / (inner * shape[axis]) * inner + flat % inner)] +=
        static_cast<Sum>(elements[i]);
  }
  return sums;
}

class ReduceModeTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, ReduceModeTest, both_modes(), mode_name);

TEST_P(ReduceModeTest, RandomViewsAsLoops) {
  Random random(test_seed(2));
  for (int round = 0; round < 300; ++round) {
    Ints whole = numbered(random_shape(random, 4));
    const Ints a = whole[random_items(random, whole.shape())].T() - 20;
    const Numbers elements = elements_of(a);
    Index total = 0;
    for (Index element : elements) total += element;
    EXPECT_EQ(a.sum(), total);
    EXPECT_EQ(a.any(),
              std::any_of(elements.begin(), elements.end(), [](Index x) { return x != 0; }));
    EXPECT_EQ(a.all(),
              std::all_of(elements.begin(), elements.end(), [](Index x) { return x != 0; }));
    if (!elements.empty()) {
      EXPECT_EQ(a.min(), *std::min_element(elements.begin(), elements.end()));
      EXPECT_EQ(a.max(), *std::max_element(elements.begin(), elements.end()));
      EXPECT_EQ(a.mean(), static_cast<double>(total) / static_cast<double>(a.size()));
    }
    for (int axis = 0; axis < a.ndim(); ++axis) {
      Numbers shape = numbers_of(a.shape());
      const Numbers sums = naive_sums<Index>(elements, a.shape(), axis);
      EXPECT_EQ(elements_of(a.sum(axis)), sums);
      EXPECT_EQ(elements_of(a.sum(axis - a.ndim())), sums);
      const double count = static_cast<double>(a.shape()[axis]);
      if (count > 0) {
        std::vector<double> means;
        for (Index sum : sums) means.push_back(static_cast<double>(sum) / count);
        EXPECT_EQ(elements_of(a.mean(axis)), means);
      }
      shape.erase(shape.begin() + axis);
      EXPECT_EQ(numbers_of(a.sum(axis).shape()), shape);
    }
  }
}

TEST_P(ReduceModeTest, StretchedElementsCountEachTime) {
  Ints a = numbered({3});
  EXPECT_EQ(a.broadcast_to({4, 3}).sum(), 4 * 3);
  EXPECT_EQ(elements_of(a.broadcast_to({4, 3}).sum(0)), (Numbers{0, 4, 8}));
}

TEST(ReduceTest, SumsOfIntegersAre64BitsWideAndWrap) {
  EXPECT_EQ(full<std::int8_t>({1000}, -128).sum(), -128000);
  EXPECT_EQ(elements_of(full<std::uint8_t>({300, 2}, 255).sum(0)),
            std::vector<std::uint64_t>(2, 76500));
  EXPECT_EQ(full<bool>({300}, true).sum(), 300);
  EXPECT_EQ(full<Index>({2}, std::numeric_limits<Index>::max()).sum(), -2);
  EXPECT_EQ(elements_of(full<std::uint64_t>({2, 1}, ~0ull).sum(0)),
            (std::vector<std::uint64_t>{~0ull - 1}));
  EXPECT_EQ(full<std::int8_t>({1000}, -128).mean(), -128);
  static_assert(std::is_same_v<decltype(zeros<std::uint8_t>({1}).sum()), std::uint64_t>);
  static_assert(std::is_same_v<decltype(zeros<bool>({1}).sum()), std::int64_t>);
  static_assert(std::is_same_v<decltype(zeros<float>({1}).sum()), float>);
  static_assert(std::is_same_v<decltype(zeros<float>({1}).mean()), float>);
  static_assert(std::is_same_v<decltype(zeros<bool>({1}).mean()), double>);
}

template <class E>
class EveryElementTypeTest : public testing::Test {};
// C++ has several types of some widths; the library has all that it promises.
using ElementTypes =
    testing::Types<bool, char, signed char, short, int, long, long long, unsigned char,
                   unsigned short, unsigned, unsigned long, unsigned long long, float, double,
                   std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(EveryElementTypeTest, ElementTypes);

TYPED_TEST(EveryElementTypeTest, IsReduced) {
  using E = TypeParam;
  Array<E> a = zeros<E>({2, 3});
  a(1, 2) = E(1);
  using Sum = internal::SumOf<E>;
  using Mean = internal::MeanOf<E>;
  EXPECT_EQ(a.sum(), Sum(1));
  EXPECT_EQ(elements_of(a.sum(0)), (std::vector<Sum>{0, 0, 1}));
  EXPECT_EQ(a.mean(), Mean(1) / Mean(6));
  EXPECT_EQ(elements_of(a.mean(0)), (std::vector<Mean>{0, 0, 0.5}));
  EXPECT_EQ(a.min(), E(0));
  EXPECT_EQ(elements_of(a.min(1)), (std::vector<E>{0, 0}));
  EXPECT_EQ(a.max(), E(1));
  EXPECT_EQ(elements_of(a.max(1)), (std::vector<E>{0, 1}));
  EXPECT_EQ(a.argmin(), 0);
  EXPECT_EQ(elements_of(a.argmin(1)), (Numbers{0, 0}));
  EXPECT_EQ(a.argmax(), 5);
  EXPECT_EQ(elements_of(a.argmax(1)), (Numbers{0, 2}));
  EXPECT_TRUE(a.any());
  EXPECT_EQ(elements_of(a.any(1)), (std::vector<bool>{false, true}));
  EXPECT_FALSE(a.all());
  EXPECT_EQ(elements_of(a.all(0)), (std::vector<bool>{false, false, false}));
}

/// Of a complex number: a part of it.
template <class E>
bool is_nan(const E& value) {
  return value != value;
}

template <class E>
class NanTest : public testing::Test {};
using Inexact = testing::Types<float, double, std::complex<float>, std::complex<double>>;
TYPED_TEST_SUITE(NanTest, Inexact);

TYPED_TEST(NanTest, SpreadsWhereverItIs) {
  using E = TypeParam;
  const E nan = std::numeric_limits<float>::quiet_NaN();
  for (int at = 0; at < 5; ++at) {
    Array<E> a = full<E>({5}, E(1));
    EXPECT_FALSE(is_nan(a.min()) || is_nan(a.max()));
    a(at) = nan;
    for (E result : {a.min(), a.max(), a.sum(), a.mean()}) EXPECT_TRUE(is_nan(result));
    EXPECT_TRUE(a.all());
    for (int row = 0; row < 5; ++row) {
      EXPECT_EQ(is_nan(E(a.reshape({5, 1}).sum(1)(row))), row == at);
    }
  }
}

TEST(ReduceTest, ComplexNumbersAreOrderedByTheirRealPartsFirst) {
  using C = std::complex<double>;
  const Array<C> a = array<C>({C(1, 5), C(0, 9), C(1, -5), C(0, 8)});
  EXPECT_EQ(a.min(), C(0, 8));
  EXPECT_EQ(a.max(), C(1, 5));
  EXPECT_EQ(a.mean(), C(0.5, 4.25));
}

TEST(ReduceTest, WithoutElements) {
  const Array<double> a = zeros<double>({2, 0});
  EXPECT_EQ(a.sum(), 0);
  EXPECT_TRUE(std::isnan(a.mean()));
  EXPECT_FALSE(a.any());
  EXPECT_TRUE(a.all());
  EXPECT_EQ(elements_of(a.sum(1)), (std::vector<double>{0, 0}));
  EXPECT_EQ(a.sum(0).size(), 0);
  try {
    a.min();
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("(2, 0) to reduction operation minimum"),
              std::string::npos);
  }
  EXPECT_THROW(a.max(), std::invalid_argument);
  EXPECT_THROW(Ints().sum(), std::invalid_argument);
}

TEST(ReduceTest, AxesThatThereAreNot) {
  const Ints a = numbered({2, 3});
  for (Index axis : {Index{-3}, Index{2}, std::numeric_limits<Index>::min()}) {
    EXPECT_THROW(a.sum(axis), std::out_of_range);
    EXPECT_THROW(a.mean(axis), std::out_of_range);
  }
  EXPECT_THROW(numbered({}).sum(1), std::out_of_range);
  EXPECT_THROW(numbered({}).mean(0), std::out_of_range);
}

TEST(ReduceTest, AnArrayWithoutAxesHasAnAxis0ForAllButTheMean) {
  const Array<Index> a = full({}, Index{7});
  for (Index axis : {0, -1}) {
    EXPECT_EQ(a.sum(axis).ndim(), 0);
    EXPECT_EQ(a.sum(axis)(), 7);
    EXPECT_EQ(a.max(axis)(), 7);
    EXPECT_EQ(a.min(axis)(), 7);
  }
}

}  // namespace
}  // namespace cow
