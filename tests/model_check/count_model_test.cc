// Every order of the steps of small programs, against the properties in count_model.h; and that the
// model finds each mistake which was planted in it.

#include "cow/tests/model_check/count_model.h"

#include <cstdio>
#include <string_view>

#include "gtest/gtest.h"

namespace cow::model_check {
namespace {

constexpr Step share(Slot to, Slot from) { return {Op::kShare, to, from}; }
constexpr Step copy(Slot to, Slot from) { return {Op::kCopy, to, from}; }
constexpr Step read_lease(Slot to, Slot from) { return {Op::kReadLease, to, from}; }
constexpr Step read(Slot a) { return {Op::kRead, a}; }
constexpr Step write(Slot a) { return {Op::kWrite, a}; }
constexpr Step write_lease(Slot a) { return {Op::kWriteLease, a}; }
constexpr Step write_pointer(Slot a) { return {Op::kWritePointer, a}; }
constexpr Step drop(Slot a) { return {Op::kDrop, a}; }
constexpr Step send(Slot a) { return {Op::kSend, a}; }
constexpr Step receive(Slot a) { return {Op::kReceive, a}; }

/// All valid programs of `length` of these steps.
std::vector<Program> all_programs(const std::vector<Step>& steps, std::size_t length) {
  std::vector<Program> programs = {{}};
  for (std::size_t i = 0; i < length; ++i) {
    std::vector<Program> longer;
    for (const Program& program : programs) {
      for (const Step& step : steps) {
        Program next = program;
        next.push_back(step);
        if (is_valid(next)) longer.push_back(std::move(next));
      }
    }
    programs = std::move(longer);
  }
  return programs;
}

const std::vector<Step>& basic_steps() {
  static const std::vector<Step> steps = {share(kB, kA), write(kA), write(kB), read(kA),
                                          read(kB),      drop(kA),  drop(kB)};
  return steps;
}

/// What happens in real programs, one line each.
const std::vector<std::vector<Program>>& directed() {
  static const std::vector<std::vector<Program>> programs = {
      // Two values written at once; one more reads.
      {{write(kA), write(kA)}, {write(kA)}},
      {{write(kA)}, {write(kA)}, {read(kA)}},
      // One drops while another detaches.
      {{read(kA), drop(kA)}, {write(kA), read(kA)}},
      {{share(kB, kA), drop(kA), write(kB)}, {read(kA), drop(kA)}, {write(kA)}},
      // A value that owned its memory alone shares it again.
      {{drop(kA)}, {write(kA), share(kB, kA), write(kA), read(kB)}},
      // A copy taken while others read and write.
      {{copy(kB, kA), write(kB), read(kA)}, {read(kA), write(kA)}, {read(kA)}},
      // A snapshot, and a write of the same value under it.
      {{read_lease(kB, kA), write(kA), read(kB), drop(kB)}, {write(kA), read(kA)}},
      {{read_lease(kB, kA), write(kA), read(kB), drop(kB)}, {read(kA), drop(kA)}},
      // Handed to another thread, which writes; the giver keeps one.
      {{share(kB, kA), send(kB), write(kA)}, {drop(kA), receive(kA), write(kA), read(kA)}},
      {{share(kB, kA), drop(kA), send(kB)}, {receive(kB), write(kB), read(kB)}, {write(kA)}},
      // A pointer for writing that outlives its lease, and copies made by copy().
      {{write_lease(kA), copy(kB, kA), write_pointer(kA), read(kB)}, {drop(kA)}},
      {{write_lease(kA), copy(kB, kA), send(kB), write_pointer(kA), read(kA)},
       {receive(kB), read(kB), write(kB)}},
      {{write_lease(kA), send(kA)}, {receive(kB), copy(kC, kB), read(kC), write(kB)}},
  };
  return programs;
}

TEST(CountModelTest, DirectedProgramsAreRight) {
  for (const std::vector<Program>& programs : directed()) {
    for (const Program& program : programs) ASSERT_TRUE(is_valid(program));
    const Outcome outcome = explore(programs);
    ASSERT_EQ(outcome.failure.value_or(""), "") << &programs - &directed()[0];
    EXPECT_GT(outcome.endings, 0);
  }
}

TEST(CountModelTest, AllProgramsOfTwoThreadsAreRight) {
  const std::vector<Program> programs = all_programs(basic_steps(), 3);
  int pairs = 0, states = 0;
  for (const Program& first : programs) {
    for (const Program& second : programs) {
      const Outcome outcome = explore({first, second});
      ASSERT_EQ(outcome.failure.value_or(""), "");
      states += outcome.states;
      ++pairs;
    }
  }
  std::printf("%d pairs of programs, %d states\n", pairs, states);
  EXPECT_GT(pairs, 1000);
}

TEST(CountModelTest, AllShortProgramsOfThreeThreadsAreRight) {
  std::vector<Program> programs = all_programs(basic_steps(), 1);
  for (Program& program : all_programs(basic_steps(), 2)) programs.push_back(std::move(program));
  for (const Program& first : programs) {
    for (const Program& second : programs) {
      for (const Program& third : all_programs(basic_steps(), 1)) {
        ASSERT_EQ(explore({first, second, third}).failure.value_or(""), "");
      }
    }
  }
}

/// What the model says about programs with a mistake; empty if it finds nothing.
std::string found(Fault fault) {
  for (const std::vector<Program>& programs : directed()) {
    const Outcome outcome = explore(programs, fault);
    if (outcome.failure) return *outcome.failure;
  }
  return "";
}

TEST(CountModelTest, PlantedFaultsAreFound) {
  const auto finds = [](Fault fault, std::string_view what) {
    const std::string report = found(fault);
    EXPECT_EQ(report.substr(0, report.find(" after\n")), what) << report;
  };
  EXPECT_EQ(found(Fault::kNone), "");
  finds(Fault::kRelaxedOwnerCheck, "data race: a write");
  finds(Fault::kUnpinBeforeCopying, "data race: freeing");
  finds(Fault::kRelaxedUnpin, "data race: freeing");
  finds(Fault::kUnpinWithoutRelease, "data race: freeing");
  finds(Fault::kUnpinWithoutAcquire, "data race: freeing");
  finds(Fault::kPinByLoadAndStore, "a buffer is never freed");
  finds(Fault::kUnpinByLoadAndStore, "a buffer is never freed");
  finds(Fault::kLeaseDoesNotPin, "data race: freeing");
  finds(Fault::kCopyForgetsPointers, "written in place while another value is on the buffer");
  finds(Fault::kOwnerCheckOnlyOnce, "written in place while another value is on the buffer");
}

}  // namespace
}  // namespace cow::model_check
