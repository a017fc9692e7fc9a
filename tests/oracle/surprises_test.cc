#include <iostream>
#include <string>

#include "cow/tests/oracle/alias_program_facts.h"
#include "cow/tests/oracle/program.h"
#include "cow/tests/oracle/replay.h"
#include "gtest/gtest.h"

namespace cow::testing {
namespace {

constexpr char kFacts[] = "tests/oracle/facts/alias_programs.jsonl.gz";

TEST(SurprisesTest, AliasProgramsHaveJustTheSurprisesOfTheFacts) {
  Tally tally("alias_programs.jsonl.gz", std::cout);
  replay_alias_programs(kFacts, &tally);
  EXPECT_EQ(tally.passed(), 500);
  EXPECT_EQ(tally.failed(), 0);
  EXPECT_EQ(tally.skipped(), 0);
}

TEST(SurprisesTest, TheFactsAreFullOfSurprises) {
  std::size_t surprises = 0;
  for (const Program& program : read_programs(kFacts)) {
    for (const Step& step : program.steps) {
      if (step.reading) surprises += step.reading->surprises.size();
    }
  }
  EXPECT_GT(surprises, 5000u);
}

}  // namespace
}  // namespace cow::testing
