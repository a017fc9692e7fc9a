#include "cow/diagnostics/write_trail.h"

#include <vector>

#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

class WriteTrailTest : public ::testing::Test {
 protected:
  void write(Moment moment, int buffer) {
    LoggedWrite write{moment, nullptr, Layout(), nullptr, 0, 1, {}};
    write.buffer_number = buffer;
    writes_.add(write);
  }
  void detach(Moment moment, int from, int to, Index shift, std::int64_t logged_writes) {
    LoggedDetach detach{};
    detach.moment = moment;
    detach.from = from;
    detach.to = to;
    detach.shift = shift;
    detach.made_at = static_cast<StackId>(from);
    detach.logged_writes = logged_writes;
    detaches_.add(detach);
  }
  WriteTrail trail(int buffer, std::int64_t logged_writes, std::vector<Index> elements = {0}) {
    BufferRecord record{buffer, DType::kInt32, 400, nullptr, true, false};
    record.logged_writes = logged_writes;
    record.made_at = static_cast<StackId>(buffer);
    return WriteTrail(writes_, detaches_, record, elements);
  }
  static std::vector<Moment> all(WriteTrail* trail) {
    std::vector<Moment> moments;
    while (const LoggedWrite* write = trail->next()) moments.push_back(write->moment);
    return moments;
  }

  WriteLog writes_{4};
  DetachLog detaches_{4};
};

TEST_F(WriteTrailTest, GivesTheWritesOfABufferNewestFirst) {
  write(1, 7);
  write(2, 8);
  write(3, 7);
  WriteTrail of_7 = trail(7, 2);
  EXPECT_EQ(all(&of_7), std::vector<Moment>({3, 1}));
  EXPECT_EQ(of_7.dropped_writes(), 0);
  EXPECT_EQ(of_7.made_at(), 7u);
}

TEST_F(WriteTrailTest, CountsWhatTheLogDropped) {
  for (Moment moment = 1; moment <= 6; ++moment) write(moment, moment % 2 == 0 ? 8 : 7);
  WriteTrail of_8 = trail(8, 3);
  EXPECT_EQ(all(&of_8), std::vector<Moment>({6, 4}));
  EXPECT_EQ(of_8.dropped_writes(), 1);
}

TEST_F(WriteTrailTest, GoesOnInTheBufferThatAValueLeft) {
  write(1, 7);
  detach(2, 7, 8, 10, 1);
  write(3, 7);  // by who stayed behind
  write(4, 8);
  WriteTrail of_8 = trail(8, 1, {5, 6});
  EXPECT_EQ(of_8.next()->moment, 4u);
  EXPECT_EQ(of_8.elements(), std::vector<Index>({5, 6}));
  EXPECT_EQ(of_8.next()->moment, 1u);
  EXPECT_EQ(of_8.elements(), std::vector<Index>({15, 16}));
  EXPECT_EQ(of_8.next(), nullptr);
  EXPECT_EQ(of_8.dropped_writes(), 0);
  EXPECT_EQ(of_8.made_at(), 7u);
}

TEST_F(WriteTrailTest, FollowsSeveralDetachesWithoutWritesBetween) {
  write(1, 5);
  detach(2, 5, 6, 1, 1);
  detach(3, 6, 7, 2, 0);
  WriteTrail of_7 = trail(7, 0);
  EXPECT_EQ(of_7.next()->moment, 1u);
  EXPECT_EQ(of_7.elements(), std::vector<Index>({3}));
  EXPECT_EQ(of_7.made_at(), 5u);
}

}  // namespace
}  // namespace cow::alsan
