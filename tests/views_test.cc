#include "cow/core/views.h"

#include <stdexcept>
#include <utility>

#include "cow/core/view_layout.h"
#include "cow/tests/array_testing.h"

namespace cow::internal {
namespace {

Layout twice(const Layout& from) { return broadcast_layout(from, {2, from.extent(0)}); }

const auto kTwice = [] { return ViewOp{ViewOp::Kind::kBroadcastTo}; };

TEST(ViewsTest, OfNoArrayThrow) {
  Handle none;
  const auto arranged = [&] {
    Handle(arranged_view(none, Receiver::kNamed, ViewOp::Kind::kBroadcastTo, twice, kTwice));
  };
  EXPECT_THROW(arranged(), std::invalid_argument);
  EXPECT_THROW(Handle(index_view(none, Receiver::kNamed, {})), std::invalid_argument);
  EXPECT_THROW(Handle(reshaped_view(none, Receiver::kNamed, {})), std::invalid_argument);
  EXPECT_THROW(Handle(reversed_view(none, Receiver::kTemporary)), std::invalid_argument);
}

TEST(ViewsTest, AreReshapedWhereNoElementHasToMove) {
  Handle matrix = make_array(DType::kInt64, {2, 3});
  const Handle pairs = reshaped_view(matrix, Receiver::kNamed, {3, -1});
  EXPECT_EQ(pairs.node().layout, Layout::c_order({3, 2}, 8));
  Handle turned = reversed_view(matrix, Receiver::kNamed);
  EXPECT_EQ(reshaped_view(turned, Receiver::kNamed, {6}).node, nullptr);
  const Handle split = reshaped_view(turned, Receiver::kTemporary, {3, 2, 1});
  EXPECT_EQ(split.node().layout.shape(), Shape({3, 2, 1}));
  EXPECT_EQ(turned.get(), nullptr);
}

TEST(ViewsTest, AViewIsArrangedFromTheLayout) {
  Handle part = make_array(DType::kInt64, {3});
  const Handle view =
      arranged_view(part, Receiver::kNamed, ViewOp::Kind::kBroadcastTo, twice, kTwice);
  EXPECT_EQ(view.node().layout.shape(), Shape({2, 3}));
  EXPECT_EQ(view.node().layout.stride(0), 0);
  EXPECT_EQ(view.node().parent, &part.node());
}

TEST(ViewsTest, ElementsBecomeDistinctBeforeANamedArrayIsViewed) {
  const ScopedMode mode(Mode::kCopyOnWrite);
  Handle part = make_array(DType::kInt64, {3});
  Handle stretched =
      arranged_view(part, Receiver::kNamed, ViewOp::Kind::kBroadcastTo, twice, kTwice);
  const auto same = [](const Layout& from) { return from; };
  // Not where nothing can be written through the view.
  Handle(arranged_view(stretched, Receiver::kConst, ViewOp::Kind::kBroadcastTo, same, kTwice));
  EXPECT_TRUE(stretched.node().layout.is_stretched());
  const Handle view =
      arranged_view(stretched, Receiver::kNamed, ViewOp::Kind::kBroadcastTo, same, kTwice);
  EXPECT_FALSE(stretched.node().layout.is_stretched());
  EXPECT_FALSE(view.node().layout.is_stretched());
}

TEST(ViewsTest, AnArrangementThatThrowsChangesNothing) {
  Handle part = make_array(DType::kInt64, {3});
  const auto refuse = [](const Layout&) -> Layout { throw std::out_of_range("no"); };
  for (Receiver receiver : {Receiver::kNamed, Receiver::kConst, Receiver::kTemporary}) {
    EXPECT_THROW(Handle(arranged_view(part, receiver, ViewOp::Kind::kBroadcastTo, refuse, kTwice)),
                 std::out_of_range);
    ASSERT_NE(part.get(), nullptr);
    EXPECT_EQ(part.node().layout.shape(), Shape({3}));
    EXPECT_EQ(part.node().memory.count(), 1);
  }
}

}  // namespace
}  // namespace cow::internal
