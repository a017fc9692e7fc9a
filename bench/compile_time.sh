#!/usr/bin/env bash
# What it costs to include a header and to use an array once: CPU seconds of the compiler without
# optimisation, medians of rounds in turns, beside libraries that are installed.
#
#   ./bazelw run //bench:compile_time [-- ROUNDS]
set -euo pipefail
rounds=${1:-5}
workspace=${BUILD_WORKSPACE_DIRECTORY:?start it with bazelw run}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ln -s "$workspace" cow

cat >nothing.cc <<'CODE'
#include <vector>
double use() { return std::vector<double>{1, 2}[0]; }
CODE
cat >array.cc <<'CODE'
#include "cow/core/array.h"
double use(const cow::Array<double>& a) { return a[1].sum(); }
CODE
cat >cow_h.cc <<'CODE'
#include "cow/cow.h"
double use(const cow::Array<double>& a) { return (a + a)[1].sum(); }
CODE
cat >xtensor.cc <<'CODE'
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>
double use(const xt::xarray<double>& a) { return xt::sum(xt::view(a, 1))(); }
CODE
cat >eigen.cc <<'CODE'
#include <Eigen/Dense>
double use(const Eigen::MatrixXd& a) { return a.row(1).sum(); }
CODE

# compile NAME FLAG...: CPU seconds, or nothing where the library is missing.
compile() {
  local name=$1 TIMEFORMAT='%U %S'
  shift
  { time "${CXX:-g++}" -O0 -c -I. "$@" "$name.cc" -o "$name.o" 2>/dev/null; } 2>&1 |
    awk '{print $1 + $2}'
}

names=(nothing array cow_h xtensor eigen)
for name in "${names[@]}"; do
  flags=(-std=c++20)
  [[ $name == xtensor ]] && flags=(-std=c++17)
  [[ $name == eigen ]] && flags=(-std=c++17 -I/usr/include/eigen3)
  "${CXX:-g++}" -O0 -c -I. "${flags[@]}" "$name.cc" -o "$name.o" 2>/dev/null || continue
  declare "flags_$name=${flags[*]}"
done
for ((round = 0; round < rounds; ++round)); do
  for name in "${names[@]}"; do
    flags=flags_$name
    # shellcheck disable=SC2086  # words
    [[ -v $flags ]] && compile "$name" ${!flags} >>"$name.seconds"
  done
done
for name in "${names[@]}"; do
  [[ -e $name.seconds ]] || { printf '%-10s not installed\n' "$name"; continue; }
  sort -n "$name.seconds" | awk -v name="$name" '{s[NR] = $1}
    END {printf "%-10s %.2f s\n", name, s[int((NR + 1) / 2)]}'
done
