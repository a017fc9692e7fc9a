// Against the sets of bytes of the elements.
#include "cow/core/shares_memory.h"

#include <set>

#include "cow/core/make_view.h"
#include "cow/tests/array_testing.h"
#include "cow/tests/naive_index.h"

namespace cow {
namespace {

template <Element E>
std::set<const std::byte*> bytes_of(const Array<E>& a) {
  const internal::Node& node = a.handle().node();
  std::set<const std::byte*> bytes;
  for (Index i = 0; i < a.size(); ++i) {
    const std::byte* element = node.address() + node.layout.displacement_of_flat(i);
    for (Index byte = 0; byte < a.itemsize(); ++byte) bytes.insert(element + byte);
  }
  return bytes;
}

template <Element T, Element U>
void compare(const Array<T>& a, const Array<U>& b) {
  const std::set<const std::byte*> of_a = bytes_of(a), of_b = bytes_of(b);
  bool shared = false;
  for (const std::byte* byte : of_a) shared |= of_b.contains(byte);
  EXPECT_EQ(shares_memory(a, b), shared);
  EXPECT_EQ(shares_memory(b, a), shared);
  // The bounds meet where each begins before the other ends.
  const bool meet = !of_a.empty() && !of_b.empty() && *of_a.begin() <= *of_b.rbegin() &&
                    *of_b.begin() <= *of_a.rbegin();
  EXPECT_EQ(may_share_memory(a, b), meet);
}

class SharesMemoryModeTest : public ModeTest {};

INSTANTIATE_TEST_SUITE_P(, SharesMemoryModeTest, both_modes(), mode_name);

TEST_P(SharesMemoryModeTest, RandomViewsOfOneBuffer) {
  Random random(test_seed(1));
  for (int round = 0; round < 300; ++round) {
    Ints a = numbered({7, 6, 5});
    Ints v = a[random_items(random, a.shape())].T();
    Ints w = a[random_items(random, a.shape())].ravel();
    compare(v, w);
    compare(v, a);
  }
}

TEST_P(SharesMemoryModeTest, InterleavedElementsAreTheirOwn) {
  Ints a = numbered({10});
  EXPECT_FALSE(shares_memory(a[slice(none, none, 2)], a[slice(1, none, 2)]));
  EXPECT_TRUE(may_share_memory(a[slice(none, none, 2)], a[slice(1, none, 2)]));
  EXPECT_TRUE(shares_memory(a[slice(none, none, 2)], a[slice(none, none, 3)]));
}

TEST_P(SharesMemoryModeTest, EndsWhereCopyOnWriteDetaches) {
  Ints a = numbered({8});
  Ints b = a[slice(2, 5)];
  Ints declared = a.ref();
  EXPECT_TRUE(shares_memory(a, b));
  b[0] = 9;
  EXPECT_EQ(shares_memory(a, b), !copies_on_write());
  EXPECT_TRUE(shares_memory(a, declared));
  EXPECT_EQ(shares_memory(a, a.copy()), copies_on_write());
}

TEST_P(SharesMemoryModeTest, NothingIsSharedWithoutElements) {
  Ints a = numbered({3, 4});
  EXPECT_FALSE(shares_memory(a[slice(1, 1)], a));
  EXPECT_FALSE(may_share_memory(a[slice(1, 1)], a));
  EXPECT_FALSE(shares_memory(Ints(), a));
  EXPECT_FALSE(may_share_memory(a, Ints()));
  EXPECT_FALSE(shares_memory(Ints(), Array<bool>()));
  EXPECT_TRUE(shares_memory(a.broadcast_to({2, 3, 4}), a[2][3]));
}

TEST(SharesMemoryTest, OtherElementTypesAndOtherArrays) {
  compare(zeros<double>({4}), zeros<std::complex<float>>({4}));
  compare(numbered({4}), numbered({4}));
}

TEST(SharesMemoryTest, GivesUpBeyondMaxWork) {
  // Ten axes of extent 2 each, with strides that have nothing to do with each other.
  using Bytes = Array<std::int8_t>;
  Random random(test_seed(7));
  internal::Handle buffer = zeros<std::int8_t>({20 << 16}).handle();
  const auto random_view = [&](Index offset) {
    Dims strides;
    for (int axis = 0; axis < 10; ++axis) strides.push_back(random_number(random, 1, 1 << 16));
    const Dims shape(10, 2);
    const Layout layout(shape, strides, offset);
    return Bytes(internal::make_view(buffer, layout, {ViewOp::Kind::kHandleCopy},
                                     internal::Receiver::kNamed));
  };
  int too_hard = 0;
  for (int round = 0; round < 10; ++round) {
    const Bytes a = random_view(1 << 18), b = random_view(1 << 18 | 1);
    compare(a, b);
    try {
      EXPECT_EQ(shares_memory(a, b, 1), shares_memory(a, b));
    } catch (const TooHard& error) {
      ++too_hard;
      EXPECT_NE(std::string(error.what()).find(tuple_text(a.shape())), std::string::npos);
    }
  }
  EXPECT_GT(too_hard, 0);
}

}  // namespace
}  // namespace cow
