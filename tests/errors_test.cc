#include "cow/core/errors.h"

#include <type_traits>

#include "gtest/gtest.h"

namespace cow {
namespace {

static_assert(std::is_base_of_v<std::invalid_argument, ReadOnlyError>);

TEST(ErrorsTest, TupleText) {
  EXPECT_EQ(tuple_text({}), "()");
  EXPECT_EQ(tuple_text({3}), "(3,)");
  EXPECT_EQ(tuple_text({3, -4}), "(3, -4)");
}

template <class Exception>
void expect_thrown(void (*raise)(const std::string&)) {
  try {
    raise("the text");
    FAIL() << "nothing thrown";
  } catch (const Exception& error) {
    EXPECT_STREQ(error.what(), "the text");
  }
}

TEST(ErrorsTest, EachThrowsItsException) {
  expect_thrown<std::out_of_range>(&internal::throw_out_of_range);
  expect_thrown<std::invalid_argument>(&internal::throw_invalid_argument);
  expect_thrown<ReadOnlyError>(&internal::throw_read_only);
  expect_thrown<TooHard>(&internal::throw_too_hard);
  expect_thrown<std::overflow_error>(&internal::throw_overflow);
}

}  // namespace
}  // namespace cow
