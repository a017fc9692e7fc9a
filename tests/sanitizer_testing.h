#ifndef COW_TESTS_SANITIZER_TESTING_H_
#define COW_TESTS_SANITIZER_TESTING_H_

#include <vector>

#include "cow/diagnostics/alias_sanitizer.h"

namespace cow::testing {

/// The process's AliasSanitizer with these options, installed at the first call, which must come
/// before any array; its reports are collected instead of printed.
alsan::AliasSanitizer& collecting_sanitizer(const alsan::Options& options = {});

/// Options under which only surprises (AS001) are findings.
alsan::Options only_surprises();

/// The reports since the last call.
std::vector<alsan::Report> take_reports();

}  // namespace cow::testing

#endif  // COW_TESTS_SANITIZER_TESTING_H_
