#!/usr/bin/env bash
# What tests that use "cow/diagnostics/testing.h" print, and how they end.
set -u
tests=$TEST_SRCDIR/$TEST_WORKSPACE/tests
failures=0

# run PROGRAM FILTER: sets out and code.
run() {
  out=$(env -u ALSAN_OPTIONS -u TEST_PREMATURE_EXIT_FILE -u XML_OUTPUT_FILE "$tests/$1" \
    --gtest_filter="$2" 2>&1)
  code=$?
}
# check WHAT CODE REPORTS: the exit code and the number of reports in the output.
check() {
  local reports
  reports=$(grep -c "SUMMARY: AliasSanitizer: surprise-mutation .*failing_tests.cc:13" <<<"$out")
  [[ $code == "$2" && $reports == "$3" ]] && return
  echo "FAILED: $1: exit code $code, not $2, or $reports reports, not $3" "$out"
  failures=$((failures + 1))
}

run failing_tests Outside.Passes*
check "a test that passes keeps its findings to itself" 0 0
run failing_tests Outside.*
check "a test that fails shows its own" 1 1
run failing_tests Block.Fails*
check "a block's findings are in the text of its failure, once" 1 1
run failing_tests Block.Expects*
check "expected findings are silent" 0 0

run failing_tests_auto_install Outside.Passes*
check "installed: findings are reported at once" 67 1
run failing_tests_auto_install Block.Fails*
check "installed: a block's findings fail the test" 1 1
run failing_tests_auto_install Block.Expects*
check "installed: expected findings are silent" 0 0

[ $failures = 0 ] && echo "all checks passed"
exit $((failures > 0))
