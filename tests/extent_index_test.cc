#include "cow/diagnostics/extent_index.h"

#include <iterator>
#include <map>
#include <random>
#include <set>

#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

std::set<const void*> found_in(const ExtentIndex& index, const Extent& extent) {
  std::set<const void*> found;
  index.find(extent, [&](const void* item) {
    EXPECT_TRUE(found.insert(item).second);
    return true;
  });
  return found;
}

// Random extents of all lengths, against a look at each of them.
TEST(ExtentIndexTest, AgreesWithALookAtEach) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  const auto number = [&](std::uintptr_t lowest, std::uintptr_t highest) {
    return std::uniform_int_distribution<std::uintptr_t>(lowest, highest)(random);
  };
  ExtentIndex index;
  std::map<const void*, Extent> present;
  std::vector<char> items(5000);
  for (char& item : items) {
    if (present.empty() || number(0, 2) > 0) {
      const std::uintptr_t begin = number(0, 4000);
      const Extent extent{begin, begin + number(0, std::uintptr_t{1} << number(0, 12))};
      index.add(extent, &item);
      present.emplace(&item, extent);
    } else {
      const auto gone =
          std::next(present.begin(), static_cast<std::ptrdiff_t>(number(0, present.size() - 1)));
      index.remove(gone->second, gone->first);
      present.erase(gone);
    }
    const std::uintptr_t begin = number(0, 8000);
    const Extent asked{begin, begin + number(1, 300)};
    std::set<const void*> expected;
    for (const auto& [other, extent] : present) {
      const bool meets = extent.begin < asked.end && extent.end > asked.begin;
      if (meets && !extent.empty()) expected.insert(other);
    }
    ASSERT_EQ(found_in(index, asked), expected);
  }
}

TEST(ExtentIndexTest, StopsWhenItIsTold) {
  ExtentIndex index;
  const char items[5] = {};
  for (const char& item : items) index.add({10, 20}, &item);
  int seen = 0;
  index.find({15, 16}, [&](const void*) { return ++seen < 3; });
  EXPECT_EQ(seen, 3);
}

TEST(ExtentIndexTest, TheWholeOfMemory) {
  ExtentIndex index;
  const char item = 0;
  index.add({0, ~std::uintptr_t{0}}, &item);
  EXPECT_EQ(found_in(index, {~std::uintptr_t{0} - 1, ~std::uintptr_t{0}}).size(), 1u);
  index.remove({0, ~std::uintptr_t{0}}, &item);
  EXPECT_TRUE(found_in(index, {0, ~std::uintptr_t{0}}).empty());
}

}  // namespace
}  // namespace cow::alsan
