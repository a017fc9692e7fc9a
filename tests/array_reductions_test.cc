// What reductions give: reduce_test, tests/numpy. Here: types, receivers, arrays without axes.
#include "cow/core/array_reductions.h"

#include <complex>
#include <string>
#include <type_traits>
#include <utility>

#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

template <class E, class Expected>
constexpr bool kSumIs = std::is_same_v<decltype(std::declval<Array<E>>().sum()), Expected>&&
    std::is_same_v<decltype(std::declval<Array<E>>().sum(0)), Array<Expected>>;
template <class E, class Expected>
constexpr bool kMeanIs = std::is_same_v<decltype(std::declval<Array<E>>().mean()), Expected>&&
    std::is_same_v<decltype(std::declval<Array<E>>().mean(0)), Array<Expected>>;

static_assert(kSumIs<bool, std::int64_t> && kSumIs<std::int8_t, std::int64_t>);
static_assert(kSumIs<std::uint8_t, std::uint64_t> && kSumIs<std::uint64_t, std::uint64_t>);
static_assert(kSumIs<float, float> && kSumIs<std::complex<float>, std::complex<float>>);
static_assert(kMeanIs<bool, double> && kMeanIs<std::int32_t, double> && kMeanIs<float, float>);
static_assert(kMeanIs<std::complex<double>, std::complex<double>>);
static_assert(std::is_same_v<decltype(std::declval<Array<float>>().argmax(0)), Array<Index>>);
static_assert(std::is_same_v<decltype(std::declval<Array<float>>().any(0)), Array<bool>>);

class ArrayReductionsTest : public ModeTest {
 protected:
  /// Calls `check` with each reduction, of all elements and along an axis, and its name.
  template <class Check>
  void for_each_reduction(Check check) {
    using std::forward;
    check("sum", [](auto&& a, auto... axis) { return forward<decltype(a)>(a).sum(axis...); });
    check("mean", [](auto&& a, auto... axis) { return forward<decltype(a)>(a).mean(axis...); });
    check("min", [](auto&& a, auto... axis) { return forward<decltype(a)>(a).min(axis...); });
    check("max", [](auto&& a, auto... axis) { return forward<decltype(a)>(a).max(axis...); });
    check("argmin", [](auto&& a, auto... axis) { return forward<decltype(a)>(a).argmin(axis...); });
    check("argmax", [](auto&& a, auto... axis) { return forward<decltype(a)>(a).argmax(axis...); });
    check("any", [](auto&& a, auto... axis) { return forward<decltype(a)>(a).any(axis...); });
    check("all", [](auto&& a, auto... axis) { return forward<decltype(a)>(a).all(axis...); });
  }
};

INSTANTIATE_TEST_SUITE_P(, ArrayReductionsTest, both_modes(), mode_name);

TEST_P(ArrayReductionsTest, OfAllElementsAsOfOneAxis) {
  Ints a = numbered({3, 4}) - 5;
  const Ints flat = a.ravel();
  for_each_reduction([&](const std::string& name, auto reduce) {
    SCOPED_TRACE(name);
    const auto along = reduce(flat, 0);
    ASSERT_EQ(along.ndim(), 0);
    EXPECT_EQ(elements_of(along)[0], reduce(a));
    EXPECT_EQ(elements_of(along)[0], reduce(a.T().T()));
  });
}

TEST_P(ArrayReductionsTest, TemporariesAreGivenUp) {
  for_each_reduction([&](const std::string& name, auto reduce) {
    SCOPED_TRACE(name);
    Ints a = numbered({3, 4});
    const auto total = reduce(a);
    const auto along = elements_of(reduce(a, 1));
    EXPECT_EQ(a.size(), 12);
    Ints first = a[all], second = a[all];
    EXPECT_EQ(reduce(std::move(first)), total);
    EXPECT_EQ(elements_of(reduce(std::move(second), 1)), along);
    EXPECT_EQ(first.size() + second.size(), 0);
    EXPECT_EQ(sharers_of(a), 1);
    // So a statement that writes what it reduces copies nothing.
    EXPECT_EQ(detaches({&a}, [&] { a[0].fill(static_cast<Index>(reduce(a[1]))); }), 0);
  });
}

TEST_P(ArrayReductionsTest, AxesThatThereAreNot) {
  Ints a = numbered({3, 4});
  for_each_reduction([&](const std::string& name, auto reduce) {
    SCOPED_TRACE(name);
    for (Index axis : {-3, 2}) {
      try {
        reduce(a, axis);
        ADD_FAILURE() << axis;
      } catch (const std::out_of_range& error) {
        EXPECT_EQ(std::string(error.what()),
                  "axis " + std::to_string(axis) + " is out of bounds for array of dimension 2");
      }
    }
    EXPECT_THROW(reduce(Ints()), std::invalid_argument);
  });
}

TEST_P(ArrayReductionsTest, AnArrayWithoutAxesHasOneForAllButMean) {
  Ints number = numbered({8})[7];
  for_each_reduction([&](const std::string& name, auto reduce) {
    SCOPED_TRACE(name);
    if (name == "mean") {
      EXPECT_THROW(reduce(number, 0), std::out_of_range);
      return;
    }
    EXPECT_EQ(elements_of(reduce(number, 0))[0], reduce(number));
    EXPECT_EQ(elements_of(reduce(number, -1))[0], reduce(number));
    EXPECT_THROW(reduce(number, 1), std::out_of_range);
  });
}

}  // namespace
}  // namespace cow
