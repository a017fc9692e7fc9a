#!/usr/bin/env bash
# What each way to see raw writes costs, as ratios to raw_writes=off with the same sanitizer:
#
#   ./bazelw build -c opt //bench:raw_writes_program && bench/raw_writes.sh
#
# With a second program, built with --config=alias-stores, trace too:
#
#   cp bazel-bin/bench/raw_writes_program /tmp/plain
#   ./bazelw build -c opt --config=alias-stores //bench:raw_writes_program
#   bench/raw_writes.sh /tmp/plain bazel-bin/bench/raw_writes_program
set -euo pipefail
plain=${1-bazel-bin/bench/raw_writes_program}
hooked=${2-}

times=$(mktemp -d)
trap 'rm -r "$times"' EXIT
columns=(off protect probe)
# Hooks: they are there, and nobody asks.
[ -z "$hooked" ] || columns+=(hooks trace)

# run COLUMN: once more.
run() {
  case $1 in
    hooks) ALSAN_OPTIONS=raw_writes=off "$hooked" ;;
    trace) ALSAN_OPTIONS=raw_writes=trace "$hooked" ;;
    *) ALSAN_OPTIONS=raw_writes=$1 "$plain" ;;
  esac
}
for _ in 1 2 3 4 5; do
  for how in "${columns[@]}"; do run "$how" >>"$times/$how.all"; done
done
# The best of all rounds, in the program's order.
for how in "${columns[@]}"; do
  awk '!($1 in best) { order[++n] = $1; best[$1] = $2 }
       $2 < best[$1] { best[$1] = $2 }
       END { for (i = 1; i <= n; ++i) print order[i], best[order[i]] }' \
    "$times/$how.all" >"$times/$how"
done

printf '%-14s %10s' program 'off, ms'
printf ' %9s' "${columns[@]:1}"
printf '\n'
while read -r name nanoseconds; do
  printf '%-14s %10.2f' "$name" "$(awk "BEGIN { print $nanoseconds / 1e6 }")"
  for how in "${columns[@]:1}"; do
    printf ' %8.2fx' "$(awk -v name="$name" -v off="$nanoseconds" \
      '$1 == name { print $2 / off }' "$times/$how")"
  done
  printf '\n'
done <"$times/off"
