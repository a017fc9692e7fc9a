#include "cow/diagnostics/registry.h"

#include <utility>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/tests/sanitizer_testing.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::cow::testing::collecting_sanitizer;

template <class T>
const ArrayRecord& record_of(const Array<T>& a) {
  return *Registry::record_of(a.handle().node());
}

class RegistryTest : public ::testing::Test {
 protected:
  void SetUp() override { collecting_sanitizer(); }
};

TEST_F(RegistryTest, NamesAreLabelsOrHowAnArrayWasMade) {
  auto a = zeros<int>({4, 3});
  EXPECT_TRUE(name_of(record_of(a)).starts_with("array#"));
  a.label("a");
  EXPECT_EQ(name_of(record_of(a)), "a");
  auto part = a[slice(1, 3)];
  EXPECT_EQ(name_of(record_of(part)), "a[1:3]");
  auto deeper = part.T();
  EXPECT_EQ(name_of(record_of(deeper)), "a[1:3].T");
  part.label("part");
  EXPECT_EQ(name_of(record_of(deeper)), "part.T");
  auto chained = a[0][slice(1, none)];
  EXPECT_EQ(name_of(record_of(chained)), "a[0][1:]");
}

TEST_F(RegistryTest, DescentIsTransitive) {
  auto a = zeros<int>({4});
  auto b = a[all];
  auto c = b[all];
  auto other = a[all];
  EXPECT_TRUE(is_made_from(record_of(c), record_of(a)));
  EXPECT_FALSE(is_made_from(record_of(a), record_of(c)));
  EXPECT_FALSE(is_made_from(record_of(c), record_of(other)));
}

TEST_F(RegistryTest, FindsTheIndexOfAnAddress) {
  auto a = zeros<int>({3, 4});
  auto turned = a.T()[{slice(none, none, -1)}];
  for (Index i = 0; i < 4; ++i) {
    for (Index j = 0; j < 3; ++j) {
      const internal::Node& node = turned.handle().node();
      const std::byte* address = node.data + i * turned.strides()[0] + j * turned.strides()[1];
      Dims index;
      ASSERT_TRUE(index_of(record_of(turned), address, &index));
      EXPECT_EQ(index, Dims({i, j}));
    }
  }
  Dims index;
  auto column = a[{all, 1}];
  EXPECT_FALSE(index_of(record_of(column), a.handle().node().data, &index));
}

TEST_F(RegistryTest, ReplacedViewsDoNotPileUp) {
  auto a = zeros<int>({2000}).label("a");
  auto v = a[slice(1, none)];
  for (int i = 0; i < 1000; ++i) v = v[slice(1, none)];
  int ancestors = 0;
  for (const ArrayRecord* at = record_of(v).made_from.get(); at != nullptr;
       at = at->made_from.get()) {
    ++ancestors;
  }
  EXPECT_LE(ancestors, 20);
  EXPECT_LE(record_of(a).value->buffer->births.size(), 5u);
  EXPECT_TRUE(is_made_from(record_of(v), record_of(a)));
}

TEST_F(RegistryTest, ReplacedViewsKeepTheirTwin) {
  // The view's own value is replaced a hundred times; what it expects comes from before all that.
  auto a = zeros<int>({200});
  auto v = a[slice(0, none)];
  a(150) = 7;
  for (int i = 0; i < 100; ++i) v = v[slice(1, none)];
  testing::take_reports();
  v.sum();
  ASSERT_EQ(testing::take_reports().size(), 1u);
}

TEST_F(RegistryTest, TreesAreDepthFirstAndKeepDeadAncestorsOfTheLiving) {
  auto a = zeros<int>({4}).label("a");
  auto child = std::make_optional(a[slice(0, 3)].label("child"));
  auto grandchild = (*child)[slice(0, 2)].label("grandchild");
  auto second = a[slice(1, 4)].label("second");
  child.reset();
  std::string names;
  for (const Registry::TreeEntry& entry : Registry::tree_of(*record_of(a).value->buffer)) {
    names += std::to_string(entry.depth) + name_of(*entry.array) + " ";
  }
  EXPECT_EQ(names, "0a 1child 2grandchild 1second ");
}

TEST_F(RegistryTest, ADetachedValueMovesToItsNewBuffer) {
  ScopedMode mode(cow::Mode::kCopyOnWrite);
  auto a = zeros<int>({4});
  auto b = a;
  EXPECT_EQ(record_of(a).buffer_number, record_of(b).buffer_number);
  b.fill(1);
  EXPECT_NE(record_of(a).buffer_number, record_of(b).buffer_number);
  EXPECT_EQ(record_of(b).address, b.handle().node().address());
}

}  // namespace
}  // namespace cow::alsan
