#!/usr/bin/env bash
# Runs the tests in a Python file of this directory.
set -euo pipefail
exec python3 "bench/$1" -v
