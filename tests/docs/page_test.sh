#!/usr/bin/env bash
# page_test.sh PROGRAM PAGE: the program prints the first text block of the page.
set -uo pipefail
diff <("$1") <(awk '/^```text/ {on = !n++; next} /^```/ {on = 0} on' "$2") ||
  { echo "FAILED: $2 shows another output" && exit 1; }
