#!/usr/bin/env bash
# raw_program under each way to see raw writes. The argument `hooks`: it was built with
# --config=alias-stores.
set -u
program=$TEST_SRCDIR/$TEST_WORKSPACE/tests/raw/raw_program
cd "$TEST_TMPDIR" || exit 1
failures=0

# run OPTIONS WHAT: sets out, err and code.
run() {
  ALSAN_OPTIONS=$1 "$program" ${2-} >out.txt 2>err.txt
  code=$?
  out=$(cat out.txt)
  err=$(cat err.txt)
}
# check WHAT CONDITION...
check() {
  local what=$1
  shift
  "$@" && return
  echo "FAILED: $what"
  echo "exit code $code, standard output:" "$out" "standard error:" "$err"
  failures=$((failures + 1))
}
has() { [[ $1 == *"$2"* ]]; }

clean_out=$'[[4. 1. 2.]\n [0. 0. 0.]]'
stale_out=$'[[4. 1. 2.]\n [0. 5. 0.]]'
the_write="WRITTEN to a[1,1], which was 0.0, through a raw pointer
    #0 main tests/raw/raw_program.cc:20"
missing="AliasSanitizer: raw_writes=trace cannot run: the program was built without --config=alias-stores; writes through stale pointers are found by comparison"

for how in off protect trace; do
  run "raw_writes=$how"
  check "$how: results" [ "$out" = "$clean_out" ]
  check "$how: exit code" [ $code = 3 ]
  if [ $how = trace ] && [ "${1-}" != hooks ]; then
    check "$how: says that it cannot run" [ "$err" = "$missing" ]
  else
    check "$how: not one line" [ "$err" = "" ]
  fi
  run "raw_writes=$how" stale
  check "$how: the write goes through" [ "$out" = "$stale_out" ]
  check "$how: is reported" [ $code = 67 ]
  check "$how: once" [ "$(grep -c SUMMARY <<<"$err")" = 1 ]
  if [ $how = off ] || { [ $how = trace ] && [ "${1-}" != hooks ]; }; then
    check "$how: where it is noticed" has "$err" "NOTICED at a[1,1]: 5.0, was 0.0"
  else
    check "$how: at the line" has "$err" "$the_write"
    check "$how: the tree" has "$err" "  a (2,3)"
  fi
done

run "raw_writes=protect:verbosity=1"
check "the means are told on demand" has "$err" "AliasSanitizer: raw writes are found by read-only pages"
run "verbosity=1"
check "without any: told, too" has "$err" "AliasSanitizer: raw writes are found by comparison"

run "raw_writes=protect:AS005=off" stale
check "off by rule" [ "$err" = "" ]

run "raw_writes=protect" fault
check "other faults end the program" [ $code = 139 ]

exit $((failures > 0))
