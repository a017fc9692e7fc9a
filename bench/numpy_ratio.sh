#!/usr/bin/env bash
# Times view algebra and overlap questions here and in NumPy, in turns, and prints the ratios:
#
#   ./bazelw run -c opt //bench:numpy_ratio [-- --rounds=N --limit=SECONDS]
#
# Exit code 2 if there is no NumPy.
set -euo pipefail

for python in python3 /usr/bin/python3; do
  if "$python" -c 'import numpy' 2>/dev/null; then
    exec "$python" bench/numpy_ratio.py "$@"
  fi
done
echo 'numpy_ratio: no python3 here has NumPy (on Debian: apt-get install python3-numpy)' >&2
exit 2
