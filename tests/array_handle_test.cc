#include "cow/core/array_handle.h"

#include <stdexcept>

#include "cow/core/view_layout.h"
#include "cow/tests/array_testing.h"

namespace cow::internal {
namespace {

/// What a part of `Array` sees.
class Part : public ArrayHandle {
 public:
  explicit Part(Shape shape) : ArrayHandle(make_array(DType::kInt64, shape)) {}
  Part() = default;
  using ArrayHandle::dying;
  using ArrayHandle::mutable_handle;
  using ArrayHandle::node;
};

Layout twice(const Layout& from) { return broadcast_layout(from, {2, from.extent(0)}); }

const ViewOp kTwice{ViewOp::Kind::kBroadcastTo, {}, {}};

TEST(ArrayHandleTest, OfNoArrayThrows) {
  const Part none;
  EXPECT_EQ(none.handle().get(), nullptr);
  EXPECT_THROW(none.node(), std::invalid_argument);
  EXPECT_THROW(arranged_view(none.mutable_handle(), Receiver::kNamed, kTwice, twice),
               std::invalid_argument);
}

TEST(ArrayHandleTest, ADyingArrayGivesItsNodeAway) {
  Part part({3});
  const Node* node = &part.node();
  const Handle taken = part.dying();
  EXPECT_EQ(taken.get(), node);
  EXPECT_EQ(part.handle().get(), nullptr);
}

TEST(ArrayHandleTest, AViewIsArrangedFromTheLayout) {
  Part part({3});
  const Handle view = arranged_view(part.mutable_handle(), Receiver::kNamed, kTwice, twice);
  EXPECT_EQ(view.node().layout.shape(), Shape({2, 3}));
  EXPECT_EQ(view.node().layout.stride(0), 0);
  EXPECT_EQ(view.node().parent, &part.node());
}

TEST(ArrayHandleTest, ElementsBecomeDistinctBeforeANamedArrayIsViewed) {
  const ScopedMode mode(Mode::kCopyOnWrite);
  Part part({3});
  Handle stretched = arranged_view(part.mutable_handle(), Receiver::kNamed, kTwice, twice);
  const auto same = [](const Layout& from) { return from; };
  // Not where nothing can be written through the view.
  arranged_view(stretched, Receiver::kConst, kTwice, same);
  EXPECT_TRUE(stretched.node().layout.is_stretched());
  const Handle view = arranged_view(stretched, Receiver::kNamed, kTwice, same);
  EXPECT_FALSE(stretched.node().layout.is_stretched());
  EXPECT_FALSE(view.node().layout.is_stretched());
}

TEST(ArrayHandleTest, AnArrangementThatThrowsChangesNothing) {
  Part part({3});
  const auto refuse = [](const Layout&) -> Layout { throw std::out_of_range("no"); };
  for (Receiver receiver : {Receiver::kNamed, Receiver::kConst, Receiver::kTemporary}) {
    EXPECT_THROW(arranged_view(part.mutable_handle(), receiver, kTwice, refuse), std::out_of_range);
    ASSERT_NE(part.handle().get(), nullptr);
    EXPECT_EQ(part.node().layout.shape(), Shape({3}));
    EXPECT_EQ(part.node().memory.count(), 1);
  }
}

}  // namespace
}  // namespace cow::internal
