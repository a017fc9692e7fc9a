#include "cow/core/int_tuple.h"

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// As a parameter, which is what it is for: the caller's list outlives it.
template <class Fn>
void with(const IntTuple& tuple, Fn fn) {
  fn(tuple);
}

TEST(IntTupleTest, NoneIsNotTheEmptyTuple) {
  with(none, [](const IntTuple& t) { EXPECT_FALSE(t.is_given()); });
  with({}, [](const IntTuple& t) {
    EXPECT_TRUE(t.is_given());
    EXPECT_THAT(t.numbers(), IsEmpty());
  });
}

TEST(IntTupleTest, OneNumberIsATupleOfOneThatKnowsIt) {
  with(-1, [](const IntTuple& t) {
    EXPECT_TRUE(t.is_given());
    EXPECT_TRUE(t.is_single());
    EXPECT_THAT(t.numbers(), ElementsAre(-1));
  });
  with({-1}, [](const IntTuple& t) {
    EXPECT_FALSE(t.is_single());
    EXPECT_THAT(t.numbers(), ElementsAre(-1));
  });
  const IntTuple copied = IntTuple(std::uint8_t{3});
  EXPECT_THAT(copied.numbers(), ElementsAre(3));
}

TEST(IntTupleTest, ListsVectorsAndSpans) {
  with({0, 2, -1}, [](const IntTuple& t) { EXPECT_THAT(t.numbers(), ElementsAre(0, 2, -1)); });
  const std::vector<Index> numbers = {5, 6};
  with(numbers, [](const IntTuple& t) { EXPECT_THAT(t.numbers(), ElementsAre(5, 6)); });
  with(absl::MakeConstSpan(numbers).subspan(1),
       [](const IntTuple& t) { EXPECT_THAT(t.numbers(), ElementsAre(6)); });
}

}  // namespace
}  // namespace cow
