#!/usr/bin/env bash
# A program that links //diagnostics:auto_install, run under options in the environment.
set -u
program=$TEST_SRCDIR/$TEST_WORKSPACE/tests/surprising_program
cd "$TEST_TMPDIR" || exit 1
failures=0

# run OPTIONS: sets out, err and code.
run() {
  ALSAN_OPTIONS=$1 "$program" >out.txt 2>err.txt
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
lacks() { [[ $1 != *"$2"* ]]; }
count_is() { [ "$(grep -c "$2" <<<"$1")" = "$3" ]; }

view_out=$'[ 0 70  2  3]\n[ 0 70 80  3]'

run ""
check "warn is the default: exit code" [ $code = 67 ]
check "warn: results" [ "$out" = "$view_out" ]
check "warn: a report for each write" count_is "$err" "SUMMARY: AliasSanitizer: surprise-mutation" 2
check "warn: the line" has "$err" "tests/surprising_program.cc:10 in main"
check "warn: coverage" has "$err" "AliasSanitizer: 1 arrays, 1 views, 2 writes (2 aliased, 0 declared), 3 findings (2 distinct), 0 suppressed"

run "exitcode=0"
check "exitcode=0 leaves the program's own" [ $code = 3 ]
check "exitcode=0 still reports" has "$err" "SUMMARY"

# Under a test runner, machine-readable output goes to the folder that it collects.
rm -f "$TEST_UNDECLARED_OUTPUTS_DIR"/alsan.json.*
run "output=json"
check "json: exit code" [ $code = 67 ]
check "json: nothing for people" [ -z "$err" ]
json=$(cat "$TEST_UNDECLARED_OUTPUTS_DIR"/alsan.json.*)
check "json: reports" count_is "$json" '^{"event":"report","rule":"AS001"' 2
check "json: the picture" count_is "$json" '"is_reported":true' 2
check "json: the end" count_is "$json" '^{"event":"exit","arrays":1,' 1

for output in sarif html dot; do
  rm -f report.*
  run "output=$output:log_path=report"
  check "$output: exit code" [ $code = 67 ]
  check "$output: where it is" has "$err" "AliasSanitizer: report in report."
  check "$output: coverage" has "$err" "3 findings (2 distinct)"
  check "$output: one file, complete" [ "$(ls report.*)" = "$(ls report.*.$output)" ]
  check "$output: what was found" grep -q "surprising_program.cc" report.*.$output
done

echo "AS001:surprising_program.cc" >known.txt
run "suppressions=known.txt"
check "suppressed: exit code" [ $code = 3 ]
check "suppressed: told" has "$err" "  2 AS001:surprising_program.cc"

run "AS001=off"
check "off by rule" [ $code = 3 ]

run "AS001=error"
check "error by rule" has "$err" "==ERROR: AliasSanitizer: surprise-mutation"

run "mode=off"
check "off: exit code" [ $code = 3 ]
check "off: silence" [ -z "$err" ]
check "off: results" [ "$out" = "$view_out" ]

run "mode=cow"
check "cow: exit code" [ $code = 3 ]
check "cow: silence" [ -z "$err" ]
check "cow: the base keeps its elements" [ "$out" = $'[0 1 2 3]\n[0 1 2 3]' ]

run "mode=cow verbosity=1"
check "cow: coverage on demand" has "$err" "AliasSanitizer: 1 arrays, 1 views"

run "mode=log"
check "log: exit code" [ $code = 3 ]
check "log: a line for each aliased write" count_is "$err" "write through view changed" 2
check "log: no report" lacks "$err" "SUMMARY"

run "mode=error"
check "error: exit code" [ $code = 67 ]
check "error: says so" has "$err" "ERROR: AliasSanitizer"
check "error: ends at the first" [ "$out" = "" ]

run "halt_on_error=1,exitcode=9"
check "halt: exit code" [ $code = 9 ]
check "halt: one report" count_is "$err" "SUMMARY" 1

run "report_on=write:halt_on_error=1"
check "on write: no read" lacks "$err" "READ of"
check "on write: the line" has "$err" "surprising_program.cc:10 in main"

run "log_path=$TEST_TMPDIR/report"
check "log_path: nothing on standard error" [ -z "$err" ]
check "log_path: a file for the process" grep -q SUMMARY "$TEST_TMPDIR"/report.*

run "log_path=/no/such/folder/report"
check "bad log_path: the report is not lost" has "$err" "SUMMARY"

run "mod=cow:exitcode=x:mode=off"
check "unknown name" has "$err" "unknown option 'mod'"
check "unknown name: the valid ones" has "$err" "valid: mode, report_on"
check "malformed value" has "$err" "malformed value 'x' of option 'exitcode'"
check "bad options do not stop the good ones" lacks "$err" "SUMMARY"

run "help=1:mode=off"
check "help lists the options" has "$err" "report_on=read"

[ $failures = 0 ] && echo "all checks passed"
exit $((failures > 0))
