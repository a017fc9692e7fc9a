#!/usr/bin/env bash
# Whichever way a program ends, its reports are there, and complete.
set -u
program=$TEST_SRCDIR/$TEST_WORKSPACE/tests/ending_program
cd "$TEST_TMPDIR" || exit 1
ulimit -c 0
failures=0

# run OPTIONS HOW: sets err and code.
run() {
  rm -f report.*
  ALSAN_OPTIONS=$1 timeout 60 "$program" "$2" >out.txt 2>err.txt
  code=$?
  err=$(cat err.txt)
}
# check WHAT CONDITION...
check() {
  local what=$1
  shift
  "$@" && return
  echo "FAILED: $what"
  echo "exit code $code, standard error:" "$err"
  failures=$((failures + 1))
}
has() { [[ $1 == *"$2"* ]]; }
count_is() { [ "$(grep -c "$2" <<<"$1")" = "$3" ]; }

all="return exit quick_exit throw terminate _exit abort segv"
ends_in_order="return exit quick_exit throw terminate"

for how in $all; do
  run "" "$how"
  check "$how: text" count_is "$err" "^SUMMARY: AliasSanitizer: surprise-mutation " 1
  check "$how: ends with an error" [ $code != 0 ]

  run "output=json:log_path=report" "$how"
  check "$how: json is one line an event" [ "$(grep -c '^{"event":.*}$' report.*)" = "$(grep -c '' report.*)" ]
  check "$how: json has the report" grep -q '^{"event":"report","rule":"AS001"' report.*

  for output in sarif html dot; do
    run "output=$output:log_path=report" "$how"
    check "$how: $output is one file" [ "$(ls report.*)" = "$(ls report.*.$output)" ]
    check "$how: $output has the finding" grep -q AS001 report.*
    case $output in
      html) end="</html>" ;;
      *) end="}" ;;
    esac
    check "$how: $output is complete" [ "$(tail -n 1 report.*)" = "$end" ]
  done
done

for how in $ends_in_order; do
  run "" "$how"
  check "$how: coverage, once" count_is "$err" "1 findings (1 distinct), 0 suppressed" 1
  run mode=forecast "$how"
  check "$how: forecast, once" count_is "$err" "^SUMMARY: AliasSanitizer: forecast: 1 detach of" 1
done
for how in return exit quick_exit; do
  run "" "$how"
  check "$how: exit code for findings" [ $code = 67 ]
  run "exitcode=0" "$how"
  check "$how: the program's own exit code" [ $code = 3 ]
done

run "" throw
check "throw: the handler of before runs" has "$err" "nobody catches this"

run "" locked
check "terminated under the lock: ends all the same" [ $code != 124 ]

[ $failures = 0 ] && echo "all checks passed"
exit $((failures > 0))
