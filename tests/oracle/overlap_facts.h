#ifndef COW_TESTS_ORACLE_OVERLAP_FACTS_H_
#define COW_TESTS_ORACLE_OVERLAP_FACTS_H_

#include <string>

#include "cow/core/overlap.h"
#include "cow/tests/oracle/replay.h"

namespace cow::testing {

/// "" if the index tuples of a yes are elements of `a` and of `b` that have a byte in common, else
/// what is wrong with them.
std::string witness_problem(const OverlapResult& result, const StridedMemory& a,
                            const StridedMemory& b);

/// Replays pairs of layouts, in both orders: do they share a byte, and where; do their bounds meet.
/// Pairs of the sections `hard:*` may be too hard for the default limit of work: skipped then.
void replay_overlap_facts(const std::string& path, Tally* tally);

/// Replays layouts: do two different index tuples share a byte, and which.
void replay_self_overlap_facts(const std::string& path, Tally* tally);

}  // namespace cow::testing

#endif  // COW_TESTS_ORACLE_OVERLAP_FACTS_H_
