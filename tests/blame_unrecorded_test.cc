// Blame where not all is recorded: without a sanitizer, before it, and without `blame=1`.

#include <string>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/core/mode.h"
#include "cow/diagnostics/blame.h"
#include "cow/tests/sanitizer_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow {
namespace {

using alsan::BlameStatus;
using ::testing::HasSubstr;

TEST(BlameUnrecordedTest, SaysWhatIsNotKnown) {
  auto a = array<int>({1, 2, 3}).label("a");
  ASSERT_EQ(alsan::alias_sanitizer(), nullptr);
  EXPECT_EQ(blame(a, {1}).status, BlameStatus::kNoSanitizer);
  EXPECT_EQ(blame(a, {1}).now, "2");
  EXPECT_EQ(blame(a).status, BlameStatus::kNoSanitizer);
  EXPECT_THAT(alsan::to_string(blame(a, {1})),
              HasSubstr("a[1] = 2\nnothing is known of who wrote a[1]: no AliasSanitizer is inst"));
  EXPECT_THAT(alsan::to_string(blame(a)), HasSubstr("nothing is known of who wrote a: no Alias"));
  EXPECT_THROW(blame(a, {3}), std::out_of_range);

  alsan::AliasSanitizer& sanitizer = cow::testing::collecting_sanitizer();
  a(1) = 5;
  EXPECT_EQ(blame(a, {1}).status, BlameStatus::kNotWatched);
  EXPECT_EQ(blame(a, {1}).now, "5");
  EXPECT_THAT(alsan::to_string(blame(a)), HasSubstr("before AliasSanitizer was installed"));
  EXPECT_EQ(sanitizer.coverage().writes, 0);

  // Writes are recorded from the first one that another array can see.
  auto b = zeros<int>({4}).label("b");
  b(0) = 1;
  b.fill(2);
  EXPECT_EQ(blame(b, {0}).status, BlameStatus::kWatched);
  EXPECT_TRUE(blame(b, {0}).writes.empty());
  EXPECT_EQ(blame(b, {0}).reach.unrecorded_writes, 2);
  EXPECT_EQ(alsan::to_string(blame(b, {0})),
            "b[0] = 2\n  no write of it is known\n  2 earlier writes of this memory not recorded: "
            "ALSAN_OPTIONS=blame=1 records all\n");
  auto view = b[slice(0, 2)].label("view");
  view(0) = 3;
  ASSERT_EQ(blame(b, {0}).writes.size(), 1u);
  EXPECT_EQ(blame(b, {0}).writes[0].was, "2");
  EXPECT_EQ(blame(b, {0}).writes[0].through.array, "view");
  EXPECT_EQ(blame(b, {0}).reach.unrecorded_writes, 2);
  EXPECT_THAT(alsan::to_string(blame(b)), HasSubstr("  .  no write known: 3 elements\n"));
  cow::testing::take_reports();

  // Nothing was missed where all writes were aliased.
  auto c = zeros<int>({4});
  auto part = c[slice(0, 2)];
  part(0) = 3;
  c.fill(4);
  EXPECT_TRUE(blame(c, {0}).reach.is_complete());
  EXPECT_EQ(blame(c, {0}).writes.size(), 2u);
  cow::testing::take_reports();

  ScopedMode scope(Mode::kCopyOnWrite);
  auto d = zeros<int>({4});
  d(0) = 1;
  auto e = d;
  e(0) = 2;
  EXPECT_TRUE(blame(e, {0}).writes.empty());
  EXPECT_EQ(blame(e, {0}).reach.unrecorded_writes, 2);
}

}  // namespace
}  // namespace cow
