#include "cow/diagnostics/surprise.h"

#include <vector>

#include "cow/core/array.h"
#include "cow/core/creation.h"
#include "cow/diagnostics/for_each_address.h"
#include "cow/tests/sanitizer_testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SurpriseTest : public ::testing::Test {
 protected:
  void SetUp() override { testing::collecting_sanitizer(); }

  static const ValueRecord& value_of(const Array<std::int64_t>& a) {
    return *Registry::record_of(a.handle().node())->value;
  }
  static internal::Access whole(const Array<std::int64_t>& a) {
    const internal::Node& node = a.handle().node();
    return {node, node.data, node.layout, internal::AccessKind::kBulk};
  }
  static std::vector<Index> positions(const std::vector<Surprise>& surprises) {
    std::vector<Index> found;
    for (const Surprise& surprise : surprises) found.push_back(surprise.position);
    return found;
  }
};

TEST_F(SurpriseTest, AddressesComeInCOrder) {
  auto a = arange<std::int64_t>(6).reshape({2, 3});
  auto turned = a.T();
  std::vector<std::int64_t> elements;
  for_each_address(whole(turned), [&](std::byte* address) {
    elements.push_back(*reinterpret_cast<std::int64_t*>(address));
  });
  EXPECT_THAT(elements, ElementsAre(0, 3, 1, 4, 2, 5));
  elements.clear();
  const std::vector<Index> displacements = {32, 0};
  internal::Access some = whole(a);
  some.is_scattered = true;
  some.displacements = displacements;
  for_each_address(some, [&](std::byte* address) {
    elements.push_back(*reinterpret_cast<std::int64_t*>(address));
  });
  EXPECT_THAT(elements, ElementsAre(4, 0));
}

TEST_F(SurpriseTest, NothingIsStoredBeforeTheFirstWriteThatAnotherCanSee) {
  auto a = zeros<std::int64_t>({4});
  a.fill(3);
  EXPECT_EQ(value_of(a).buffer->history, nullptr);
  EXPECT_THAT(find_surprises(*value_of(a).buffer, value_of(a).value, whole(a)), IsEmpty());
  auto view = a[all];
  view(1) = 9;
  EXPECT_NE(value_of(a).buffer->history, nullptr);
}

TEST_F(SurpriseTest, PositionsAreThoseOfWhatIsRead) {
  // Longer than two blocks of the history, so that both kinds of walk and their ends are used.
  auto a = zeros<std::int64_t>({600});
  auto view = a[all];
  view(3) = 1;
  view(599) = 2;
  const BufferRecord& buffer = *value_of(a).buffer;
  EXPECT_THAT(positions(find_surprises(buffer, value_of(a).value, whole(a))), ElementsAre(3, 599));
  auto backwards = a[slice(none, none, -1)];
  EXPECT_THAT(positions(find_surprises(buffer, value_of(a).value, whole(backwards))),
              ElementsAre(0, 596));
  EXPECT_THAT(find_surprises(buffer, value_of(view).value, whole(view)), IsEmpty());
  const std::vector<Index> elements = {2, 3, 4};
  EXPECT_EQ(find_surprises(buffer, value_of(a).value, elements).size(), 1u);
}

}  // namespace
}  // namespace cow::alsan
