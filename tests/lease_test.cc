#include "cow/core/lease.h"

#include "cow/tests/array_testing.h"

namespace cow::internal {
namespace {

class LeaseTest : public ModeTest {};
INSTANTIATE_TEST_SUITE_P(, LeaseTest, both_modes(), mode_name);

TEST_P(LeaseTest, AReadLeaseCountsAsASharerUntilItEnds) {
  const Ints a = numbered({3});
  const int sharers = sharers_of(a);
  {
    ReadLease lease(a.handle().node());
    EXPECT_EQ(lease.address(), address_of(a));
    EXPECT_EQ(sharers_of(a) - sharers, copies_on_write() ? 1 : 0);
    const ReadLease moved = std::move(lease);
    EXPECT_EQ(sharers_of(a) - sharers, copies_on_write() ? 1 : 0);
  }
  EXPECT_EQ(sharers_of(a), sharers);
}

TEST_P(LeaseTest, AWriteLeaseOfASharedValueDetachesAtItsOpening) {
  Ints a = numbered({3});
  Ints b = a;
  EXPECT_EQ(copies_on_write() ? 1 : 0, detaches({&a, &b}, [&] {
              const WriteLease lease(a.handle().node(), Receiver::kNamed);
              EXPECT_EQ(lease.address(), address_of(a));
            }));
}

TEST_P(LeaseTest, WriteLeasesAreCounted) {
  if (!copies_on_write()) return;
  Ints a = numbered({3});
  Node& node = a.handle().node();
  {
    WriteLease lease(node, Receiver::kNamed);
    EXPECT_EQ(node.buffer->write_leases, 1);
    const WriteLease moved = std::move(lease);
    EXPECT_EQ(node.buffer->write_leases, 1);
    const WriteLease second(node, Receiver::kNamed);
    EXPECT_EQ(node.buffer->write_leases, 2);
    EXPECT_EQ(sharers_of(a), 1);
  }
  EXPECT_EQ(node.buffer->write_leases, 0);
  EXPECT_TRUE(node.buffer->was_leased_for_writing);
}

TEST_P(LeaseTest, ViewsMadeUnderAWriteLeaseHaveTheirOwnMemory) {
  if (!copies_on_write()) return;
  Ints a = numbered({4, 2});
  const WriteLease lease(a.handle().node(), Receiver::kNamed);
  const Ints view = a[{slice(1, 3), 1}];
  const Node& node = view.handle().node();
  EXPECT_NE(node.buffer, a.handle().node().buffer);
  EXPECT_EQ(node.buffer->size_bytes, 3 * 8);  // its byte range
  EXPECT_EQ(node.buffer->space, a.handle().node().buffer->space);
  EXPECT_EQ(elements_of(view), (std::vector<Index>{3, 5}));
}

TEST_P(LeaseTest, ARefusedLeaseChangesNothing) {
  Ints a = numbered({3});
  a.set_writeable(false);
  EXPECT_THROW(WriteLease(a.handle().node(), Receiver::kNamed), ReadOnlyError);
  EXPECT_EQ(a.handle().node().buffer->write_leases, 0);
}

}  // namespace
}  // namespace cow::internal
