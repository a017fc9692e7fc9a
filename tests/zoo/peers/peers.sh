#!/usr/bin/env bash
# Bugs of the zoo in other libraries, compiled with ASan and UBSan: prints what each computes, what
# was meant, and what the sanitizers say. Needs g++ and Debian's libeigen3-dev, libxtensor-dev and
# libopencv-core-dev, which nothing else of this repository does. Exit code 1 unless all bugs of the
# zoo compute something wrong in silence, and all uses of freed memory are reported.
set -u
[[ ! -d $0.runfiles ]] || cd "$0.runfiles/cow_array" || exit 1
cd tests/zoo/peers || exit 1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compile LIBRARY FLAG...: as in a release that somebody runs under the sanitizers.
compile() {
  g++ -std=c++17 -O1 -g -DNDEBUG -fno-omit-frame-pointer -fsanitize=address,undefined \
    "$1.cc" -o "$work/$1" "${@:2}" && return
  echo "peers: $1.cc does not compile: apt-get install libeigen3-dev libxtensor-dev libopencv-core-dev" >&2
  exit 1
}
compile eigen -isystem /usr/include/eigen3
compile xtensor
compile opencv -isystem /usr/include/opencv4 -lopencv_core

# said_by_sanitizers: of the program that wrote errors.txt and ended with `code`.
said_by_sanitizers() {
  local said
  said=$(sed -nE 's/^SUMMARY: ([A-Za-z]+): ([a-z-]+).*/\1: \2/p; s/.*(runtime error: .*)/\1/p' \
    "$work/errors.txt" | head -n 1)
  [[ $code != 0 && -z $said ]] && said="exit code $code"
  echo "${said:-nothing}"
}

silent=0 bugs=0 reported=0 freed=0
row='%-8s %-19s %-39s %-39s %s\n'
# shellcheck disable=SC2059
printf "$row" library bug prints meant 'ASan and UBSan say'
for library in eigen xtensor opencv; do
  for bug in $("$work/$library"); do
    out=$(UBSAN_OPTIONS=print_stacktrace=0 "$work/$library" "$bug" 2>"$work/errors.txt")
    code=$?
    said=$(said_by_sanitizers)
    if [[ $bug == use_after_free ]]; then
      ((freed++))
      [[ $said == nothing ]] || ((reported++))
      meant=-
    else
      ((bugs++))
      meant=$(sed -n 's,^// Meant: *,,p' "../$bug.cc")
      [[ $out == "$meant" || $said != nothing ]] || ((silent++))
    fi
    # shellcheck disable=SC2059
    printf "$row" "$library" "$bug" "${out:--}" "$meant" "$said"
  done
done
echo "peers: $silent of $bugs bugs give wrong results in silence, $reported of $freed uses of freed memory are reported"
[[ $silent == "$bugs" && $reported == "$freed" ]]
