#include "cow/core/array_handle.h"

#include <stdexcept>

#include "cow/tests/array_testing.h"

namespace cow::internal {
namespace {

/// What a part of `Array` sees.
class Part : public ArrayHandle {
 public:
  explicit Part(Shape shape) : ArrayHandle(make_array(DType::kInt64, shape)) {}
  Part() = default;
  using ArrayHandle::dying;
  using ArrayHandle::node;
};

TEST(ArrayHandleTest, OfNoArrayThrows) {
  const Part none;
  EXPECT_EQ(none.handle().get(), nullptr);
  EXPECT_THROW(none.node(), std::invalid_argument);
}

TEST(ArrayHandleTest, ADyingArrayGivesItsNodeAway) {
  Part part({3});
  const Node* node = &part.node();
  const Handle taken = part.dying();
  EXPECT_EQ(taken.get(), node);
  EXPECT_EQ(part.handle().get(), nullptr);
}

}  // namespace
}  // namespace cow::internal
