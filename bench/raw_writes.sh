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
for how in "${columns[@]}"; do
  ALSAN_OPTIONS=raw_writes=$how "$plain" >"$times/$how"
done
if [ -n "$hooked" ]; then
  columns+=(hooks trace)
  # The hooks are there, and nobody asks.
  ALSAN_OPTIONS=raw_writes=off "$hooked" >"$times/hooks"
  ALSAN_OPTIONS=raw_writes=trace "$hooked" >"$times/trace"
fi

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
