#!/usr/bin/env bash
# What the runtimes of ASan and TSan report of arrays names these. Each part runs where its runtime
# is linked; with none, a program without bugs of AliasSanitizer's own prints nothing.
set -u
program=$TEST_SRCDIR/$TEST_WORKSPACE/tests/runtime_report_program
failures=0

run() { err=$("$program" "$@" 2>&1); }
check() {
  local what=$1
  shift
  "$@" && return
  echo "FAILED: $what: $err"
  failures=$((failures + 1))
}
has() { [[ $err == *"$1"* ]]; }

unset ASAN_OPTIONS TSAN_OPTIONS
run
check "without a bug: silence" [ -z "$err" ]
case $(grep -aom1 '__[at]san_init' "$program") in
  *__asan_init*)
    run overflow
    check "overflow: of ASan" has "ERROR: AddressSanitizer: heap-buffer-overflow"
    check "overflow: of which array" has "the address is 0 bytes behind the memory of 'a' float64 (2,3), made at
    #0 main tests/runtime_report_program.cc:34"
    check "overflow: the tree" has "├── row (3,) = [1]"
    run freed
    check "freed: of ASan" has "ERROR: AddressSanitizer: heap-use-after-free"
    check "freed: of which array" has "the address was in the memory of 'a'"
    check "freed: where" has "freed at
    #0 main tests/runtime_report_program.cc:"
    run large_overflow
    check "overflow of a large array" has "ERROR: AddressSanitizer: use-after-poison"
    check "overflow of a large array: of which" has "behind the memory of 'large'"
    run large_freed
    check "freed large array" has "ERROR: AddressSanitizer: use-after-poison"
    check "freed large array: of which" has "the address was in the memory of 'large'"
    ;;
  *__tsan_init*)
    run race
    check "race: of TSan" has "WARNING: ThreadSanitizer: data race"
    check "race: one view" has "It is row[2] of 'row' float64 (3,) = a[1], made at
    #0 main tests/runtime_report_program.cc:35"
    check "race: the other" has "It is column[1] of 'column' float64 (2,) = a[:, 2], made at
    #0 main tests/runtime_report_program.cc:36"
    check "race: the tree" has "├── row (3,) = [1]"
    ;;
esac
exit $((failures > 0))
