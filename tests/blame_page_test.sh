#!/usr/bin/env bash
# Compares docs/blame.md with what it shows: its example's text, and what the example prints. The
# argument `no_lines`: it was built without line numbers.
set -uo pipefail

failures=0

# fenced LANGUAGE: the first block of the page in that language.
fenced() { awk -v open="\`\`\`$1" '$0 == "```" && on {exit} on; $0 == open {on = 1}' docs/blame.md; }

diff <(fenced cpp) examples/blame_example.cc || { echo 'FAILED: the example is another'; failures=1; }
if [[ ${1-} != no_lines ]]; then
  diff <(fenced text) <(ALSAN_OPTIONS=blame=1 examples/blame_example 2>&1) ||
    { echo 'FAILED: the text is another'; failures=1; }
fi
exit $failures
