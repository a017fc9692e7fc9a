#!/usr/bin/env bash
# Arrays in gdb: printers, commands, core files, loading from the program. Needs gdb, hence tagged
# manual: `./bazelw test //tests/gdb:gdb_test`, with and without `-c opt --copt=-g`.
set -uo pipefail
cd "$TEST_SRCDIR/$TEST_WORKSPACE/tests/gdb" || exit 1
command -v gdb >/dev/null || { echo "this test needs gdb"; exit 1; }
failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# debug ARGUMENT...: gdb without the user's settings; any trouble in Python counts.
debug() {
  gdb -nx -batch "$@" 2>&1 | tee -a "$TEST_TMPDIR/all"
}

trusted=(-iex 'set auto-load safe-path /')
export HOME=$TEST_TMPDIR LC_ALL=C.UTF-8
export ALSAN_OPTIONS=exitcode=0:blame=1
said=$(debug "${trusted[@]}" -x check_printers.py ./debugged | tail -20)
[[ $said =~ 'compared '[12][0-9][0-9]', different 0'$ ]] || fail "printers: $said"

core=$TEST_TMPDIR/core
said=$(debug "${trusted[@]}" -ex 'set args commands' -ex "set \$core = \"$core\"" \
  -ex 'set $is_core = 0' -x check_commands.py ./debugged)
[[ $said == *'0 failures' ]] || fail "commands: $said"
said=$(debug "${trusted[@]}" -ex "core-file $core" -ex 'set $is_core = 1' -x check_commands.py \
  ./debugged)
[[ $said == *'0 failures' ]] || fail "core file: $said"

# A terminal without the characters of the view tree, or of a label.
said=$(LC_ALL=C debug "${trusted[@]}" -ex 'set args commands' -ex 'break stop_at_tree' -ex run \
  -ex up -ex 'print unusual' -ex 'alsan tree original' ./debugged)
[[ $said == *"int32 'gr"*"e' (1,): [0]"* ]] || fail "print in ASCII: $said"
[[ $said == *'slice (2,2)'* ]] || fail "tree in ASCII: $said"

# Where the program is not trusted gdb does not run what it carries, and says how to trust it.
said=$(debug -iex 'set auto-load safe-path /nowhere' -ex 'info pretty-printer' ./debugged)
[[ $said == *'auto-load safe-path'* && $said != *$'\n  cow_array'* ]] || fail "not trusted: $said"
said=$(debug "${trusted[@]}" -ex 'info pretty-printer' ./debugged)
[[ $said == *$'\n  cow_array\n    Array'* ]] || fail "trusted: $said"

! grep -q 'Python Exception\|Traceback' "$TEST_TMPDIR/all" ||
  fail "trouble in Python: $(grep -A5 'Python Exception\|Traceback' "$TEST_TMPDIR/all" | head -20)"
exit $((failures > 0))
