#ifndef COW_TESTS_ORACLE_ALIAS_PROGRAM_FACTS_H_
#define COW_TESTS_ORACLE_ALIAS_PROGRAM_FACTS_H_

#include <string>

#include "cow/tests/oracle/replay.h"

namespace cow::testing {

/// Replays programs in both modes under AliasSanitizer: in view mode it must find every surprise of
/// the facts, with its element, values, writer and direction, and no other; in copy-on-write mode
/// none. Installs the sanitizer, which watches all arrays from then on.
void replay_alias_programs(const std::string& path, Tally* tally);

}  // namespace cow::testing

#endif  // COW_TESTS_ORACLE_ALIAS_PROGRAM_FACTS_H_
