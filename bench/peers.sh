#!/usr/bin/env bash
# Times this library beside others: builds peer_cow, for any machine and for this one, runs a harness
# of peers with it as one more column, and writes what docs/performance.md shows.
#
#   ./bazelw run //bench:peers -- HARNESS [OUTPUT]    HARNESS: the folder of its run.sh
#
# PEERS_HARNESS stands for the first argument. OUTPUT (performance, below where it is started) gets
# results.jsonl, machine.md, tables.md and a chart a workload. The harness reads ROUNDS, REPS, SECS,
# PEERS and WORKLOADS from the environment, and says what it installs.
#
#   bench/performance_page.py OUTPUT --page docs/performance.md    puts the results into the page
set -euo pipefail

cd "${BUILD_WORKING_DIRECTORY:-.}"
harness=${1:-${PEERS_HARNESS:-}}
[[ -x $harness/run.sh ]] || {
  echo 'peers: which harness? The first argument is a folder with its run.sh' >&2
  exit 2
}
harness=$(realpath "$harness")
output=$(realpath "${2:-performance}")
mkdir -p "$output"
cd "${BUILD_WORKSPACE_DIRECTORY:-$(dirname "$(realpath "${BASH_SOURCE[0]}")")/..}"

export BUILD_DIR=${BUILD_DIR:-${TMPDIR:-/tmp}/peers-build}
mkdir -p "$BUILD_DIR"

# build NAME [OPTION...]
build() {
  local name=$1
  shift
  ./bazelw build -c opt --copt=-O3 --noshow_progress "$@" //bench:peer_cow
  cp -f bazel-bin/bench/peer_cow "$BUILD_DIR/$name"
}
[[ ${NATIVE:-1} == 0 ]] || build cow.native --copt=-march=native
build cow_default

others() { (cd "$harness" && printf '%s\n' peer_*.cpp | sed 's/^peer_\(.*\)\.cpp$/\1/'); }
export PEERS="${PEERS:-numpy $(others | paste -sd' ')} cow=$BUILD_DIR/cow_default"
export RESULTS=$output/results.jsonl
"$harness/run.sh" >/dev/null
python3 bench/machine_text.py "$(git rev-parse --short HEAD 2>/dev/null)" >"$output/machine.md"
python3 bench/performance_page.py "$output"
