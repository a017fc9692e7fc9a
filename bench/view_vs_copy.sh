#!/usr/bin/env bash
# The cost of a view, an eager copy and a copy on write, by what is done with it and by size. Prints
# tables; writes view_vs_copy.json and charts where it is started:
#
#   ./bazelw run -c opt //bench:view_vs_copy [-- --rounds=N --filter=REGEX --output=FOLDER]
set -euo pipefail
exec python3 bench/view_vs_copy.py "$@"
