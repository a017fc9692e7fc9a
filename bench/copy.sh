#!/usr/bin/env bash
# What a copy costs, and what comes after it: arrays of both modes against memcpy into fresh and into
# warm memory, NumPy's copy where it is installed, and copy-on-write of whole blocks, all in turns.
# Prints tables; writes charts where it is started:
#
#   ./bazelw run -c opt //bench:copy [-- --rounds=N --sizes=BYTES,... --output=FOLDER --page=FILE]
#
# --page replaces the generated parts of a page such as docs/copy-on-write.md.
set -euo pipefail
for python in python3 /usr/bin/python3; do
  if "$python" -c 'import numpy' 2>/dev/null; then
    exec "$python" bench/copy_cost.py "$@"
  fi
done
exec python3 bench/copy_cost.py "$@"
