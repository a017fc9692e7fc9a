#include "cow/diagnostics/memory_twin.h"

#include <vector>

#include "cow/core/node.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MemoryTwinTest : public ::testing::Test {
 protected:
  static constexpr Index kCount = 1000;

  MemoryTwinTest()
      : array_(internal::make_array(DType::kInt32, Dims{1})),
        numbers_(kCount),
        twin_(bytes(), kCount * 4, 4) {}

  std::byte* bytes() { return reinterpret_cast<std::byte*>(numbers_.data()); }
  internal::Access access(const Layout& layout) {
    return {array_.node(), bytes() + layout.offset(), layout, internal::AccessKind::kBulk};
  }
  std::vector<Index> changed(const Layout& layout) {
    return numbers_of(twin_.look(access(layout)));
  }
  static std::vector<Index> numbers_of(const std::vector<MemoryTwin::Change>& changes) {
    std::vector<Index> numbers;
    for (const MemoryTwin::Change& change : changes) numbers.push_back(change.element);
    return numbers;
  }

  const Layout all_{Dims{kCount}, Dims{4}};
  internal::Handle array_;
  std::vector<std::int32_t> numbers_;
  MemoryTwin twin_;
};

TEST_F(MemoryTwinTest, TheFirstLookSeesOnly) {
  numbers_[3] = 7;
  EXPECT_THAT(changed(all_), IsEmpty());
  numbers_[3] = 8;
  numbers_[999] = 1;
  const auto changes = twin_.look(access(all_));
  EXPECT_THAT(numbers_of(changes), ElementsAre(3, 999));
  EXPECT_EQ(changes[0].was, Bits::load(reinterpret_cast<const std::byte*>("\7\0\0"), 4));
  EXPECT_EQ(changes[0].now, Bits::load(reinterpret_cast<const std::byte*>("\10\0\0"), 4));
  EXPECT_THAT(changed(all_), IsEmpty());
}

TEST_F(MemoryTwinTest, LooksAtTheElementsOfTheAccess) {
  const Layout part(Dims{100}, Dims{4}, 40);
  const Layout backwards(Dims{100}, Dims{-4}, 40 + 99 * 4);
  const Layout odd(Dims{50}, Dims{8}, 44);
  changed(part);
  numbers_[9] = numbers_[10] = numbers_[11] = numbers_[109] = numbers_[110] = 1;
  EXPECT_THAT(changed(odd), ElementsAre(11, 109));
  EXPECT_THAT(changed(backwards), ElementsAre(10));
  EXPECT_THAT(changed(part), IsEmpty());
  EXPECT_THAT(changed(all_), IsEmpty());  // the others were never seen
}

TEST_F(MemoryTwinTest, OwnWritesAreSeen) {
  changed(all_);
  const Layout part(Dims{10, 10}, Dims{40, 4}, 400);
  const Layout column(Dims{10}, Dims{40}, 404);
  numbers_[100] = numbers_[199] = 1;
  twin_.end_write(access(part));
  EXPECT_THAT(changed(all_), IsEmpty());
  numbers_[101] = numbers_[102] = 1;
  twin_.end_write(access(column));
  EXPECT_THAT(changed(all_), ElementsAre(102));
}

TEST_F(MemoryTwinTest, NothingIsLookedAtWhileASpanIsOpen) {
  changed(all_);
  internal::Access lease = access(all_);
  lease.only_changed = true;
  twin_.begin_write(lease);
  numbers_[5] = 1;
  EXPECT_THAT(changed(all_), IsEmpty());
  EXPECT_THAT(twin_.look(bytes(), bytes() + kCount * 4), IsEmpty());
  twin_.end_write(lease);
  EXPECT_THAT(changed(all_), IsEmpty());
}

TEST_F(MemoryTwinTest, LooksAtAndAcceptsPartsOfTheMemory) {
  changed(all_);
  numbers_[9] = numbers_[10] = numbers_[20] = numbers_[21] = 1;
  // Elements that lie in the part partly belong to it; it may reach beyond the memory.
  EXPECT_THAT(numbers_of(twin_.look(bytes() + 41, bytes() + 81)), ElementsAre(10, 20));
  twin_.accept(bytes() + 21 * 4, bytes() + kCount * 4 + 4096);
  EXPECT_THAT(numbers_of(twin_.look_at_all()), ElementsAre(9));
}

}  // namespace
}  // namespace cow::alsan
