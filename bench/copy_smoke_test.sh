#!/usr/bin/env bash
# copy.sh with small arrays: tables and charts are complete, and a page's parts are replaced.
set -uo pipefail
fail() { echo "FAILED: $*" && exit 1; }

for part in 'by size' 'by use' ratios memory; do
  printf '<!-- generated: %s -->\nold\n<!-- end -->\n' "$part"
done >"$TEST_TMPDIR/page.md"
BUILD_WORKING_DIRECTORY=$TEST_TMPDIR \
  bench/copy.sh --rounds=1 --sizes=4096,65536,2097152 --copies=2 --page=page.md \
  >"$TEST_TMPDIR/printed" || fail 'exit code'
for text in '2 MiB:' 'copy, 10 % of the pages written' 'Times as fast as memcpy, 2 MiB:' '2 copies of 2 MiB'; do
  grep -q "$text" "$TEST_TMPDIR/printed" || fail "no '$text' in $(cat "$TEST_TMPDIR/printed")"
done
! grep -qE '[|] *-' <(grep -v -- '---' "$TEST_TMPDIR/printed") || fail 'a case is unknown'
! grep -q old "$TEST_TMPDIR/page.md" || fail 'a part was not replaced'
grep -q 'copy-on-write mode' "$TEST_TMPDIR/page.md" || fail 'the page lacks a table'
for chart in copy_sizes copy_uses; do
  python3 -c 'import sys, xml.etree.ElementTree as xml; xml.parse(sys.argv[1])' \
    "$TEST_TMPDIR/$chart.svg" || fail "$chart.svg"
done
