#include "cow/core/view_op.h"

#include "gtest/gtest.h"

namespace cow {
namespace {

using Kind = ViewOp::Kind;

TEST(ViewOpTest, TextAsItWouldBeWritten) {
  const IndexItem items[] = {slice(1, 3), 1};
  const Index numbers[] = {4, 3};
  const Index one[] = {2};
  EXPECT_EQ(view_op_text({Kind::kIndex, items}), "[1:3, 1]");
  EXPECT_EQ(view_op_text({Kind::kReshape, {}, numbers}), ".reshape(4, 3)");
  EXPECT_EQ(view_op_text({Kind::kTranspose}), ".T");
  EXPECT_EQ(view_op_text({Kind::kTranspose, {}, numbers}), ".transpose(4, 3)");
  EXPECT_EQ(view_op_text({Kind::kBroadcastTo, {}, numbers}), ".broadcast_to(4, 3)");
  EXPECT_EQ(view_op_text({Kind::kSqueeze}), ".squeeze()");
  EXPECT_EQ(view_op_text({Kind::kSqueeze, {}, one}), ".squeeze(2)");
  EXPECT_EQ(view_op_text({Kind::kRef}), ".ref()");
  EXPECT_EQ(view_op_text({Kind::kHandleCopy}), "");
  EXPECT_EQ(view_op_text({Kind::kBase}), "");
}

}  // namespace
}  // namespace cow
