#include "cow/diagnostics/element_history.h"

#include <map>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace cow::alsan {
namespace {

Bits bits(int value) {
  Bits made;
  made.bytes[0] = static_cast<std::byte>(value);
  return made;
}

bool nobody_between(Moment, Moment) { return false; }
bool known(std::uint64_t) { return true; }

void record(ElementHistory* history, Index element, std::uint64_t value, Moment moment,
            int before) {
  const Bits bits_before = bits(before);
  history->record_write(element, element + 1, value, moment, bits_before.bytes.data(), known,
                        nobody_between);
}

TEST(ElementHistoryTest, OwnerExpectsWhatWasThereBeforeAnotherValueWrote) {
  ElementHistory history(4, 1);
  const Value owner{1, 1, nullptr};
  const Value view{2, 2, &owner};
  EXPECT_EQ(history.expected(3, owner, bits(6)), bits(6));
  record(&history, 3, view.id, 3, 6);
  EXPECT_EQ(history.expected(3, owner, bits(9)), bits(6));
  EXPECT_EQ(history.expected(3, view, bits(9)), bits(9));
}

TEST(ElementHistoryTest, OnlyAChangeIsTheLastChange) {
  ElementHistory history(1, 1);
  EXPECT_EQ(history.last_change(0), 0u);
  record(&history, 0, 1, 5, 0);
  EXPECT_EQ(history.last_change(0), 0u);
  history.mark_changed(0, 1, 5, true);
  EXPECT_EQ(history.last_change(0), 5u);
  EXPECT_TRUE(history.last_change_is_meant(0));
  record(&history, 0, 1, 8, 1);
  EXPECT_EQ(history.last_change(0), 5u);
  history.mark_changed(0, 1, 8, false);
  EXPECT_EQ(history.last_change(0), 8u);
  EXPECT_FALSE(history.last_change_is_meant(0));
}

TEST(ElementHistoryTest, ChangesAreMarkedAcrossBlocks) {
  constexpr Index kCount = 1000;
  ElementHistory history(kCount, 1);
  const std::vector<std::byte> before(kCount);
  history.record_write(200, 900, 1, 3, before.data(), known, nobody_between);
  history.mark_changed(250, 800, 3, false);
  for (Index i = 0; i < kCount; ++i) {
    EXPECT_EQ(history.last_change(i), i >= 250 && i < 800 ? 3u : 0u) << i;
  }
}

/// Values that are born, write and die at random, each with a twin of all elements.
class Lives {
 public:
  Lives(std::uint64_t seed, Index count, Index itemsize, Index longest_write)
      : random_(seed),
        count_(count),
        itemsize_(itemsize),
        longest_write_(longest_write),
        history_(count, itemsize),
        memory_(static_cast<std::size_t>(count * itemsize)) {
    lives_[1] = {{1, now_++, nullptr}, memory_, 0, true};
  }

  void step() {
    std::vector<std::uint64_t> alive;
    for (const auto& [id, life] : lives_) {
      if (life.is_alive) alive.push_back(id);
    }
    Life& chosen = lives_[alive[number(alive.size())]];
    switch (number(4)) {
      case 0: {
        if (alive.size() > 6) break;
        const std::uint64_t id = next_id_++;
        lives_[id] = {{id, now_++, &chosen.value}, chosen.twin, chosen.value.id, true};
        break;
      }
      case 1:
        if (alive.size() > 1 && alive.size() >= number(6)) chosen.is_alive = false;
        forget_dead();
        break;
      default:
        write(&chosen);
    }
  }

  void check() {
    for (const auto& [id, life] : lives_) {
      if (!life.is_alive) continue;
      std::map<Index, Bits> unexpected;
      history_.find_unexpected(0, count_, life.value, memory_.data(),
                               [&](Index element, const Bits& was) { unexpected[element] = was; });
      std::map<Index, Bits> differences;
      for (Index i = 0; i < count_; ++i) {
        const Bits twin = bits_in(life.twin, i);
        if (!(bits_in(memory_, i) == twin)) differences[i] = twin;
      }
      ASSERT_EQ(unexpected, differences) << "value " << id;
      const Index one = static_cast<Index>(number(static_cast<std::uint64_t>(count_)));
      ASSERT_EQ(history_.expected(one, life.value, bits_in(memory_, one)), bits_in(life.twin, one))
          << "value " << id << " at " << one;
    }
  }

 private:
  using Bytes = std::vector<std::byte>;
  struct Life {
    Value value;
    Bytes twin;
    std::uint64_t parent;
    bool is_alive;
  };

  std::uint64_t number(std::uint64_t count) { return random_() % count; }

  Bits bits_in(const Bytes& bytes, Index element) const {
    return Bits::load(bytes.data() + element * itemsize_, itemsize_);
  }

  void write(Life* writer) {
    // Mostly the whole, so that rows meet.
    const Index length = 1 + static_cast<Index>(number(static_cast<std::uint64_t>(longest_write_)));
    const bool is_whole = longest_write_ == count_ && number(3) == 0;
    const Index begin =
        is_whole ? 0 : static_cast<Index>(number(static_cast<std::uint64_t>(count_ - length + 1)));
    const Index end = is_whole ? count_ : begin + length;
    const Bytes before(memory_.begin() + begin * itemsize_, memory_.begin() + end * itemsize_);
    for (Index i = begin * itemsize_; i < end * itemsize_; ++i) {
      memory_[static_cast<std::size_t>(i)] = writer->twin[static_cast<std::size_t>(i)] =
          static_cast<std::byte>(number(3));
    }
    history_.record_write(
        begin, end, writer->value.id, now_++, before.data(),
        [this](std::uint64_t id) { return lives_.contains(id); },
        [this](Moment after, Moment until) {
          for (const auto& [id, life] : lives_) {
            if (life.value.birth > after && life.value.birth < until) return true;
          }
          return false;
        });
  }

  // A value is known while it lives or a known one was made from it.
  void forget_dead() {
    for (bool again = true; again;) {
      again = false;
      for (auto life = lives_.begin(); life != lives_.end(); ++life) {
        bool has_child = false;
        for (const auto& [id, other] : lives_) has_child |= other.parent == life->first;
        if (life->second.is_alive || has_child || life->first == 1) continue;
        lives_.erase(life);
        again = true;
        break;
      }
    }
  }

  std::mt19937_64 random_;
  const Index count_, itemsize_, longest_write_;
  ElementHistory history_;
  Bytes memory_;
  std::map<std::uint64_t, Life> lives_;
  Moment now_ = 1;
  std::uint64_t next_id_ = 2;
};

/// Lists are short enough to be compacted again and again; every live value expects its twin.
void expect_twins(int programs, int steps, Index count, Index itemsize, Index longest_write) {
  const std::uint64_t seed = std::random_device()();
  for (int program = 0; program < programs; ++program) {
    SCOPED_TRACE(testing::Message() << "seed " << seed << " program " << program);
    Lives lives(seed + static_cast<std::uint64_t>(program), count, itemsize, longest_write);
    for (int step = 0; step < steps; ++step) {
      lives.step();
      lives.check();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

TEST(ElementHistoryTest, RandomLivesOfOneElementAgreeWithTwins) { expect_twins(20, 300, 1, 1, 1); }
TEST(ElementHistoryTest, RandomLivesOfSingleElementsAgreeWithTwins) {
  expect_twins(4, 300, 40, 2, 5);
}
TEST(ElementHistoryTest, RandomLivesOfRowsAgreeWithTwins) { expect_twins(4, 150, 70, 1, 70); }
TEST(ElementHistoryTest, RandomLivesOfWholesAgreeWithTwins) { expect_twins(6, 200, 20, 8, 20); }
TEST(ElementHistoryTest, RandomLivesAcrossBlocksAgreeWithTwins) {
  expect_twins(2, 100, 600, 1, 600);
}

}  // namespace
}  // namespace cow::alsan
