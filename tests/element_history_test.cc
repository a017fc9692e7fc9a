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

TEST(ElementHistoryTest, OwnerExpectsWhatWasThereBeforeAnotherValueWrote) {
  ElementHistory history(4, 1);
  const Value owner{1, 1, nullptr};
  const Value view{2, 2, &owner};
  EXPECT_EQ(history.expected(3, owner, bits(6)), bits(6));
  history.record_write(3, view.id, 3, bits(6), known, nobody_between);
  EXPECT_EQ(history.expected(3, owner, bits(9)), bits(6));
  EXPECT_EQ(history.expected(3, view, bits(9)), bits(9));
}

TEST(ElementHistoryTest, BlocksBeginAtTheFirstWrite) {
  ElementHistory history(1000, 1);
  Index end;
  EXPECT_FALSE(history.is_recorded(300, &end));
  EXPECT_EQ(end, 512);
  history.record_write(300, 1, 1, bits(0), known, nobody_between);
  EXPECT_TRUE(history.is_recorded(511, &end));
  EXPECT_FALSE(history.is_recorded(255, &end));
}

TEST(ElementHistoryTest, OnlyAChangeIsTheLastChange) {
  ElementHistory history(1, 1);
  EXPECT_EQ(history.last_change(0), 0u);
  history.record_write(0, 1, 5, bits(0), known, nobody_between);
  EXPECT_EQ(history.last_change(0), 0u);
  history.mark_changed(0, 5, false);
  history.record_write(0, 1, 8, bits(1), known, nobody_between);
  EXPECT_EQ(history.last_change(0), 5u);
}

// One element, values that are born, write and die at random, beside a twin of each: with lists
// short enough to be compacted again and again, every live value expects its twin.
TEST(ElementHistoryTest, RandomLivesAgreeWithTwins) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937_64 random(seed);
  for (int program = 0; program < 200; ++program) {
    struct Life {
      Value value;
      int twin;
      std::uint64_t parent;
      bool is_alive;
    };
    std::map<std::uint64_t, Life> lives;
    ElementHistory history(1, 1);
    Moment now = 1;
    int actual = 0;
    lives[1] = {{1, now++, nullptr}, actual, 0, true};
    std::uint64_t next_id = 2;
    // A value is known while it lives or a known one was made from it.
    const auto forget_dead = [&] {
      for (bool again = true; again;) {
        again = false;
        for (auto life = lives.begin(); life != lives.end(); ++life) {
          bool has_child = false;
          for (const auto& [id, other] : lives) has_child |= other.parent == life->first;
          if (life->second.is_alive || has_child || life->first == 1) continue;
          lives.erase(life);
          again = true;
          break;
        }
      }
    };
    const auto is_known = [&](std::uint64_t id) { return lives.contains(id); };
    const auto born_between = [&](Moment after, Moment before) {
      for (const auto& [id, life] : lives) {
        if (life.value.birth > after && life.value.birth < before) return true;
      }
      return false;
    };
    for (int step = 0; step < 300; ++step) {
      std::vector<std::uint64_t> alive;
      for (const auto& [id, life] : lives) {
        if (life.is_alive) alive.push_back(id);
      }
      Life& chosen = lives[alive[random() % alive.size()]];
      switch (random() % 4) {
        case 0: {
          const std::uint64_t id = next_id++;
          lives[id] = {{id, now++, &chosen.value}, chosen.twin, chosen.value.id, true};
          break;
        }
        case 1:
          if (alive.size() > 1 && alive.size() > random() % 8) chosen.is_alive = false;
          forget_dead();
          break;
        default: {
          const int written = static_cast<int>(random() % 3);
          history.record_write(0, chosen.value.id, now++, bits(actual), is_known, born_between);
          actual = chosen.twin = written;
          break;
        }
      }
      for (const auto& [id, life] : lives) {
        if (!life.is_alive) continue;
        ASSERT_EQ(history.expected(0, life.value, bits(actual)), bits(life.twin))
            << "program " << program << " step " << step << " value " << id;
      }
    }
  }
}

}  // namespace
}  // namespace cow::alsan
