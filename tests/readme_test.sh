#!/usr/bin/env bash
# Compares README.md with what it shows: its example's text, the report that the example prints, and
# the options of the sanitizer. Runs from the runfiles, or from the source tree with the program as
# EXAMPLE. The argument `no_lines`: it was built without line numbers.
set -uo pipefail

example=${EXAMPLE:-examples/readme_example}
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# fenced LANGUAGE: the first block of README.md in that language.
fenced() { awk -v open="\`\`\`$1" '$0 == "```" && on {exit} on; $0 == open {on = 1}' README.md; }

diff <(fenced cpp) examples/readme_example.cc || fail 'the example is another'

report=$(env -u ALSAN_OPTIONS "$example" 2>&1 >/dev/null)
code=$?
[[ $code == 67 ]] || fail "exit code $code"
if [[ ${1-} != no_lines ]]; then
  diff <(fenced text) <(sed -E 's/^==[0-9]+==/==PID==/' <<<"$report") || fail 'the report is another'
fi

report=$(ALSAN_OPTIONS=mode=cow "$example" 2>&1 >/dev/null)
code=$?
[[ $code == 0 && -z $report ]] || fail "mode=cow: exit code $code: $report"

options=$(ALSAN_OPTIONS=help=1 "$example" 2>&1 >/dev/null | sed -nE 's/^  ([a-z_]+)=.*/\1/p')
[[ $options == *mode*report_on* ]] || fail "no options in help=1: $options"
diff <(sed -nE 's/^\| `([a-z_]+)` \| (`.*`)? ?\|.*\|.*\|$/\1/p' README.md) <(echo "$options") ||
  fail 'the options are others'

exit $((failures > 0))
