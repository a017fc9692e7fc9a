// Copies that may share memory with their source, small ones and ones of whole pages, used by
// several threads at once: each has a model of its own, and none may see another's writes. To be
// run under TSan.

#include <barrier>
#include <functional>
#include <random>
#include <thread>
#include <tuple>
#include <utility>

#include "cow/core/operators.h"
#include "cow/tests/array_testing.h"

namespace cow {
namespace {

/// A thread for each of `parts`, in the caller's mode, and `prepare` before all of them, round by
/// round.
void run_rounds(int rounds, const std::function<void(int)>& prepare,
                const std::vector<std::function<void()>>& parts) {
  std::barrier gate(static_cast<std::ptrdiff_t>(parts.size()) + 1);
  std::vector<std::thread> threads;
  for (const std::function<void()>& part : parts) {
    threads.emplace_back([&gate, &part, rounds, mode = default_mode()] {
      const ScopedMode scope(mode);
      for (int round = 0; round < rounds; ++round) {
        gate.arrive_and_wait();
        part();
        gate.arrive_and_wait();
      }
    });
  }
  for (int round = 0; round < rounds; ++round) {
    prepare(round);
    gate.arrive_and_wait();
    gate.arrive_and_wait();
  }
  for (std::thread& thread : threads) thread.join();
}

/// Writes and reads of one array at some places.
struct Part {
  Ints array;
  std::vector<Index> model;
  std::vector<Index> places;
  Index value = 0;

  void write() {
    for (const Index place : places) {
      array(place) = value;
      model[static_cast<std::size_t>(place)] = value;
    }
  }
  void expect_as_modelled(const Ints& a) const {
    for (const Index place : places) {
      for (const Index i : {place, place / 2, (place + 512) % a.size(), a.size() - 1 - place}) {
        EXPECT_EQ(a(i), model[static_cast<std::size_t>(i)]) << i;
      }
    }
  }
};

/// Mode and length of the arrays.
class CopyThreadsTest : public testing::TestWithParam<std::tuple<Mode, Index>> {
 protected:
  static constexpr int kParts = 3;

  CopyThreadsTest() : mode_(std::get<0>(GetParam())) {
    const std::uint32_t seed = std::random_device()();
    random_.seed(seed);
    RecordProperty("seed", std::to_string(seed));
    source_.model = count_up(length());
    source_.array = numbered({length()});
    parts_.resize(kParts);
  }

  static Index length() { return std::get<1>(GetParam()); }
  /// COPY_ROUNDS=N multiplies them.
  static int rounds() {
    const char* times = std::getenv("COPY_ROUNDS");
    return (length() < 1000 ? 5000 : 150) * (times == nullptr ? 1 : std::atoi(times));
  }

  /// Each part gets a copy of the source, and places to look at. The source itself is partly
  /// written in between.
  void deal(int round) {
    std::uniform_int_distribution<Index> any(0, length() - 1);
    source_.value = -1 - round;
    source_.places = {any(random_)};
    source_.write();
    for (int i = 0; i < kParts; ++i) {
      Part& part = parts_[static_cast<std::size_t>(i)];
      // A handle copy would be a view in view mode.
      part.array = i == 0 && std::get<0>(GetParam()) == Mode::kCopyOnWrite ? source_.array
                                                                           : source_.array.copy();
      part.places = {any(random_), any(random_), any(random_)};
      part.value = round * kParts + i + length();
      if (part.model.empty()) {
        part.model = source_.model;
      } else {
        part.model[static_cast<std::size_t>(source_.places[0])] = source_.value;
      }
    }
  }

  /// What the parts wrote in this round is forgotten with their arrays.
  static void undo_in_model(Part& part, const Part& source) {
    for (const Index place : part.places) {
      part.model[static_cast<std::size_t>(place)] = source.model[static_cast<std::size_t>(place)];
    }
  }

  const ScopedMode mode_;
  std::mt19937_64 random_;
  Part source_;
  std::vector<Part> parts_;
};

TEST_P(CopyThreadsTest, AllWriteAtOnce) {
  std::vector<std::function<void()>> work;
  for (Part& part : parts_) {
    work.push_back([this, &part] {
      part.expect_as_modelled(part.array);
      part.write();
      part.expect_as_modelled(part.array);
      undo_in_model(part, source_);
    });
  }
  // The source is read meanwhile, and afterwards.
  work.push_back([this] { source_.expect_as_modelled(source_.array); });
  run_rounds(
      rounds(), [this](int round) { deal(round); }, work);
  EXPECT_EQ(elements_of(source_.array), source_.model);
}

TEST_P(CopyThreadsTest, SomeAreDroppedWhileOthersDetach) {
  run_rounds(rounds(), [this](int round) { deal(round); },
             {[this] {
                parts_[0].expect_as_modelled(parts_[0].array);
                parts_[0].array = Ints();
              },
              [this] {
                parts_[1].write();
                parts_[1].expect_as_modelled(parts_[1].array);
                parts_[1].array = Ints();
                undo_in_model(parts_[1], source_);
              },
              [this] {
                parts_[2].array = Ints();
                source_.expect_as_modelled(source_.array);
                // What is dealt next is of an array that was made anew by a copy.
                source_.array = source_.array.copy();
              }});
  EXPECT_EQ(elements_of(source_.array), source_.model);
}

TEST_P(CopyThreadsTest, CopiesAreTakenOfWhatOthersRead) {
  const auto read = [this] {
    const Ints& source = source_.array;
    source_.expect_as_modelled(source);
    const auto span = source.span<1>();
    EXPECT_EQ(span(0), source_.model[0]);
    EXPECT_EQ(span(length() - 1), source_.model.back());
  };
  const auto copy_and_write = [this](Part& part) {
    const Ints& source = source_.array;
    part.array = source.copy();
    part.expect_as_modelled(part.array);
    part.write();
    part.expect_as_modelled(part.array);
    undo_in_model(part, source_);
  };
  run_rounds(rounds(), [this](int round) { deal(round); },
             {[&] { copy_and_write(parts_[0]); }, [&] { copy_and_write(parts_[1]); }, read});
  EXPECT_EQ(elements_of(source_.array), source_.model);
}

TEST_P(CopyThreadsTest, FilledWhileOthersReadSpans) {
  const auto expect_as_dealt = [](const Part& part, const auto& span) {
    for (const Index i : part.places) {
      EXPECT_EQ(span(i), part.model[static_cast<std::size_t>(i)]);
    }
  };
  run_rounds(rounds() / 5, [this](int round) { deal(round); },
             {[&] {
                parts_[0].array.fill(7);
                EXPECT_EQ(parts_[0].array(length() - 1), 7);
              },
              [&] { expect_as_dealt(parts_[1], std::as_const(parts_[1].array).span<1>()); },
              [&] {
                const auto span = parts_[2].array.mutable_span<1>();
                expect_as_dealt(parts_[2], span);
                for (const Index i : parts_[2].places) span(i) = 9;
              }});
  EXPECT_EQ(elements_of(source_.array), source_.model);
}

constexpr Index kSmall = 8;
constexpr Index kOfWholePages = Index{4 << 20} / Index{sizeof(Index)};

INSTANTIATE_TEST_SUITE_P(All, CopyThreadsTest,
                         testing::Combine(testing::Values(Mode::kView, Mode::kCopyOnWrite),
                                          testing::Values(kSmall, kOfWholePages)),
                         [](const testing::TestParamInfo<std::tuple<Mode, Index>>& info) {
                           return std::string(std::get<0>(info.param) == Mode::kView
                                                  ? "View"
                                                  : "CopyOnWrite") +
                                  (std::get<1>(info.param) == kSmall ? "Small" : "Large");
                         });

}  // namespace
}  // namespace cow
