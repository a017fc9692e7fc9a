#!/usr/bin/env bash
# Instructions that the write gate adds to a bulk operation where no sanitizer is linked: `a += b`
# against its kernel alone, counted by callgrind, which is exact.
#
#   ./bazelw run -c opt //bench:gate_cost
#
# Exit code 2 if there is no valgrind.
set -euo pipefail
program=bench/gate_cost_program
command -v valgrind >/dev/null || {
  echo 'gate_cost: there is no valgrind here (on Debian: apt-get install valgrind)' >&2
  exit 2
}

# instructions WHAT ELEMENTS ROUNDS
instructions() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$@" 2>&1 |
    sed -nE 's/.*refs: *([0-9,]+).*/\1/p' | tr -d ,
}

# per_call WHAT ELEMENTS: of one call, when all is warm
per_call() { echo $((($(instructions "$1" "$2" 110) - $(instructions "$1" "$2" 10)) / 100)); }

printf '%10s %12s %12s %12s\n' elements 'a += b' 'kernel alone' difference
for elements in 1 8 64 1000 10000 100000; do
  array=$(per_call array $elements)
  kernel=$(per_call kernel $elements)
  printf '%10d %12d %12d %12d\n' $elements "$array" "$kernel" $((array - kernel))
done
