#!/usr/bin/env bash
# ALSAN_OPTIONS=mode=forecast, from start to end.
set -u
program=$TEST_SRCDIR/$TEST_WORKSPACE/tests/forecast_program
cd "$TEST_TMPDIR" || exit 1
failures=0

# run OPTIONS ARGUMENTS...: sets out, err and code.
run() {
  ALSAN_OPTIONS=$1 "$program" "${@:2}" >out.txt 2>err.txt
  code=$?
  out=$(cat out.txt)
  err=$(sed -E 's/^==[0-9]+==/==PID==/' err.txt)
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

if [[ ${1-} != no_lines ]]; then
  run mode=forecast
  diff - <(echo "$err") <<'END' || failures=$((failures + 1))
=================================================================
==PID==AliasSanitizer: what mode=cow would cost
DETACHES    BYTES COPIED  WRITTEN AT
       3             768  tests/forecast_program.cc:10 in (anonymous namespace)::write_first
       1              16  tests/forecast_program.cc:25 in main
Copied at writes: 4 detaches of 784 bytes at 2 lines
Not copied by copy(): 1 copy of 512 bytes
Peak memory of arrays: 1040 bytes instead of 1024
   READS  THAT WOULD GIVE ANOTHER RESULT
       1  tests/forecast_program.cc:26 in main, of what was written at tests/forecast_program.cc:25
       1  tests/forecast_program.cc:30 in main, of what was written at tests/forecast_program.cc:27
SUMMARY: AliasSanitizer: forecast: 4 detaches of 784 bytes at 2 lines, 2 reads with another result
END
fi

run mode=forecast
check "results are those of view mode" [ "$out" = "17 21" ]
check "exit code is the program's own" [ $code = 3 ]
check "totals" has "$err" "SUMMARY: AliasSanitizer: forecast: 4 detaches of 784 bytes"

run mode=cow
check "cow: what the forecast said of the reads" [ "$out" = "7 9" ]

rm -f "$TEST_UNDECLARED_OUTPUTS_DIR"/alsan.json.*
run mode=forecast:output=json
json=$(cat "$TEST_UNDECLARED_OUTPUTS_DIR"/alsan.json.*)
check "json: one object" [ "$(grep -c '^{"event":"forecast","detaches":4,"bytes_copied":784,"lines":\[{' <<<"$json")" = 1 ]
check "json: nothing for people" [ -z "$err" ]

run mode=forecast no_arrays
check "a complete bill of nothing" has "$err" "forecast: 0 detaches of 0 bytes at 0 lines, 0 reads"

[ $failures = 0 ] && echo "all checks passed"
exit $((failures > 0))
