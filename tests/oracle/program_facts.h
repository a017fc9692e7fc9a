#ifndef COW_TESTS_ORACLE_PROGRAM_FACTS_H_
#define COW_TESTS_ORACLE_PROGRAM_FACTS_H_

#include <string>

#include "cow/tests/oracle/replay.h"

namespace cow::testing {

/// Replays programs with NumPy's views.
void replay_view_programs(const std::string& path, Tally* tally);

/// Replays programs in which every array is a value of its own.
void replay_cow_programs(const std::string& path, Tally* tally);

}  // namespace cow::testing

#endif  // COW_TESTS_ORACLE_PROGRAM_FACTS_H_
