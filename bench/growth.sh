#!/usr/bin/env bash
# How costs grow with size, rank and the number of live views, with AliasSanitizer and without.
# Prints a table; writes growth.json and charts where it is started:
#
#   ./bazelw run -c opt //bench:growth [-- --rounds=N --filter=REGEX --output=FOLDER]
set -euo pipefail
exec python3 bench/growth.py "$@"
