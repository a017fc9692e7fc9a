#!/usr/bin/env bash
# Runs test programs, the arguments, once on each SIMD target; on one that the processor lacks, the
# next worse.
set -uo pipefail
export COW_TEST_PROGRAMS=500  # of random models
failed=0
for target in AVX3 AVX2 SSE4 SSSE3 SCALAR; do
  for program; do
    if ! COW_SIMD=$target "$program" >"$TEST_TMPDIR/log" 2>&1 ||
      grep 'no SIMD target' "$TEST_TMPDIR/log"; then
      cat "$TEST_TMPDIR/log"
      echo "FAILED: $program on $target"
      failed=1
    fi
  done
done
exit "$failed"
