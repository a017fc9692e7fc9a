#include "cow/core/reuse.h"

#include <utility>

#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

class ReuseTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, ReuseTest, both_modes(), mode_name);

/// Whether `std::move(a) * 2` is where `a` was; checks its elements.
bool is_reused(Ints a) {
  const void* const before = address_of(a);
  std::vector<Index> expected = elements_of(a);
  for (Index& number : expected) number *= 2;
  const Ints result = std::move(a) * 2;
  EXPECT_EQ(elements_of(result), expected);
  return address_of(result) == before;
}

TEST_P(ReuseTest, ATemporarysMemoryIsTheResults) {
  const Ints a = numbered({4, 5}), b = numbered({4, 5}), c = numbered({5});
  Ints sum = a + b;
  const void* const memory = address_of(sum);
  Ints product = std::move(sum) * c;
  EXPECT_EQ(address_of(product), memory);
  Ints difference = c - std::move(product);  // the right operand's
  EXPECT_EQ(address_of(difference), memory);
  Ints negative = -std::move(difference);
  EXPECT_EQ(address_of(negative), memory);
  EXPECT_EQ(elements_of(negative), elements_of((a + b) * c - c));
  EXPECT_TRUE(is_reused(numbered({6}) + 1));
  EXPECT_TRUE(is_reused(numbered({})));
}

TEST_P(ReuseTest, NotWhatOthersCanReach) {
  Ints named = numbered({4});
  EXPECT_FALSE(address_of(named * 2) == address_of(named));
  const auto with = [](auto attach) {
    Ints a = numbered({4, 4});
    [[maybe_unused]] const auto attached = attach(a);
    return is_reused(std::move(a));
  };
  EXPECT_FALSE(with([](Ints& a) { return a[0]; }));
  EXPECT_FALSE(with([](Ints& a) { return Ints(a); }));
  EXPECT_FALSE(with([](Ints& a) { return a.ref(); }));
  EXPECT_FALSE(with([](Ints& a) { return a.span<2>(); }));
  EXPECT_FALSE(with([](Ints& a) { return a.mutable_span<2>(); }));
  EXPECT_TRUE(with([](Ints& a) { return a + 1; }));
}

TEST_P(ReuseTest, NotViewsNorForeignMemoryNorOtherTypesOrShapes) {
  Ints a = numbered({4, 4});
  const auto before = elements_of(a);
  const Ints transposed = a.T() * 2, row = a[1] + a[2];
  EXPECT_EQ(elements_of(a), before);
  std::vector<Index> memory(6, 1);
  EXPECT_FALSE(is_reused(borrow(memory.data(), Layout::c_order({6}, sizeof(Index)))));
  EXPECT_EQ(memory, std::vector<Index>(6, 1));
  Ints b = numbered({4});
  const void* const place = address_of(b);
  EXPECT_FALSE(address_of(std::move(b) > 1) == place);
  Ints c = numbered({4});
  const void* const small = address_of(c);
  EXPECT_FALSE(address_of(std::move(c) + numbered({2, 4})) == small);
  const ScopedMode other(GetParam() == Mode::kView ? Mode::kCopyOnWrite : Mode::kView);
  EXPECT_FALSE(is_reused(std::move(a)));
}

TEST_P(ReuseTest, BothOperandsMayBeOneTemporary) {
  Ints a = numbered({3});
  const Ints sum = a + std::move(a);
  EXPECT_EQ(elements_of(sum), (std::vector<Index>{0, 2, 4}));
}

}  // namespace
}  // namespace cow
