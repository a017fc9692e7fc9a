#!/usr/bin/env bash
# All bugs of the zoo are caught and nothing else is reported; docs/zoo.md shows what it prints. And
# the runner itself notices what goes wrong.
set -u
failures=0

# check WHAT CODE LAST_LINE [OPTIONS [PROGRAM...]]: runs the zoo; LAST_LINE is a regular expression.
check() {
  local what=$1 code=$2 last_line=$3 options=${4-}
  shift 3
  [[ $# == 0 ]] || shift
  ALSAN_OPTIONS=$options tests/zoo/zoo "$@" >table.txt 2>&1
  local actual=$?
  [[ $actual == "$code" ]] && tail -n 1 table.txt | grep -qx "$last_line" && return
  echo "FAILED: $what: exit code $actual"
  cat table.txt
  failures=$((failures + 1))
}

check 'a miss' 1 'zoo: 0 of 1 caught, 0 false positives' AS001=off frame_queue
check 'a false positive' 1 'zoo: 0 of 0 caught, 1 false positives' AS003=warn index_by_itself
check 'a wrong exit code' 1 'zoo: 1 of 1 caught, 0 false positives' exitcode=0 frame_queue

check 'the zoo' 0 'zoo: \([1-9][0-9]*\) of \1 caught, 0 false positives'
diff <(sed -n '/^program /,/^zoo: /p' docs/zoo.md) table.txt || {
  echo 'FAILED: docs/zoo.md shows something else than the zoo prints'
  failures=$((failures + 1))
}
exit $((failures > 0))
