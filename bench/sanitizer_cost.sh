#!/usr/bin/env bash
# What AliasSanitizer costs, as ratios to the same program without it, all in turns:
#
#   ./bazelw run -c opt //bench:sanitizer_cost [-- --rounds=N --filter=REGEX]
set -euo pipefail
exec python3 bench/sanitizer_cost.py "$@"
