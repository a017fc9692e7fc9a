#!/usr/bin/env bash
# Runs the programs of the zoo, or those named as arguments, and prints a table. A program marks the
# lines that are to be reported with `// AS001` or so, and says at its top what it prints and what it
# should; run as `PROGRAM fixed` it is its own twin, without the bug. One without marks is a control.
# Exit code 1 if a bug was missed, anything else was reported, or a program printed something else.
set -u
[[ ! -d $0.runfiles ]] || cd "$0.runfiles/cow_array" || exit 1
cd tests/zoo || exit 1
mark='[;{}]  // AS[0-9]'
programs=("$@")
[[ $# -gt 0 ]] || mapfile -t programs < <(grep -l "$mark" ./*.cc && grep -L "$mark" ./*.cc)
programs=("${programs[@]#./}")

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

# header FIELD PROGRAM: the text behind `// FIELD:` in the program's source.
header() { sed -n "s,^// $1: *,,p" "$2.cc"; }

# marked PROGRAM: lines "AS001 frame_queue.cc:19", one for each mark.
marked() {
  awk -v mark="$mark" '$0 ~ mark {
    while (match($0, /AS[0-9]+/)) {
      print substr($0, RSTART, RLENGTH), FILENAME ":" FNR
      $0 = substr($0, RSTART + RLENGTH)
    }
  }' "$1.cc" | sort -u
}

# run OPTIONS PROGRAM [fixed]: sets `out`, `code` and `reported`, lines as above.
run() {
  local options=${ALSAN_OPTIONS-}:color=never:$1
  shift
  out=$(ALSAN_OPTIONS=$options "./$1" ${2+"$2"} 2>"$errors")
  code=$?
  reported=$(awk '
    match($0, /AliasSanitizer: [a-z-]+ \(AS[0-9]+\)/) { rule = substr($0, RSTART + RLENGTH - 6, 5) }
    /^SUMMARY: AliasSanitizer: / { sub(/.*\//, "", $4); print rule, $4 }' "$errors" | sort -u)
}

rules() { cut -d' ' -f1 <<<"$1" | sort -u | paste -sd+; }

# complain TEXT: below the table, with what the program wrote.
complain() { complaints+="$1"$'\n'"$(sed 's/^/    /' "$errors")"$'\n'; }

# run_quietly PROGRAM [fixed]: must print what is meant, and nothing else. Sets `verdict`.
run_quietly() {
  verdict=quiet
  run '' "$@"
  if [[ -n $reported ]]; then
    verdict=REPORTED
    ((false_positives++))
    complain "$* is reported without reason: $reported"
  elif [[ $code != 0 || -s $errors || $out != "$meant" ]]; then
    verdict=BROKEN
    ((broken++))
    complain "$* prints '$out' instead of '$meant', exit code $code"
  fi
}

# run_bug PROGRAM: must be reported where it is marked, and nowhere else. Sets `found`.
run_bug() {
  ((bugs++))
  run '' "$1"
  found=$(rules "$reported")
  local missed unexpected
  missed=$(comm -23 <(echo "$expected") <(echo "$reported"))
  unexpected=$(comm -13 <(echo "$expected") <(echo "$reported"))
  if [[ -n $missed ]]; then
    complain "$1 is missed: $missed"
  else
    ((caught++))
  fi
  if [[ -n $unexpected ]]; then
    ((false_positives++))
    complain "$1 is reported where it has no mark: $unexpected"
  fi
  if [[ -z $missed && ($code != 67 || $out != "$(header Prints "$1")") ]]; then
    ((broken++))
    complain "$1 prints '$out', exit code $code"
  fi
  [[ -z $missed$unexpected ]] || found+=" WRONG"
}

bugs=0 caught=0 false_positives=0 broken=0 complaints=
row='%-20s %-36s %-12s %-12s %-9s %s\n'
# shellcheck disable=SC2059
printf "$row" program thread expected reported twin mode=cow
for program in "${programs[@]%.cc}"; do
  expected=$(marked "$program")
  found=- verdict=- in_cow=-
  if [[ -n $expected ]]; then
    meant=$(header Meant "$program")
    run_bug "$program"
    run_quietly "$program" fixed
    run mode=cow "$program"
    [[ $out != "$meant" || $meant == "$(header Prints "$program")" ]] || in_cow=right
  else
    meant=$(header Prints "$program")
    run_quietly "$program"
    found=$verdict verdict=-
  fi
  thread=$(header Thread "$program")
  # shellcheck disable=SC2059
  printf "$row" "$program" "${thread:--}" "$(rules "${expected:-none}")" "$found" "$verdict" "$in_cow"
done
printf '%s' "$complaints"
[[ $broken == 0 ]] || echo "zoo: $broken broken"
echo "zoo: $caught of $bugs caught, $false_positives false positives"
[[ $caught == "$bugs" && $false_positives == 0 && $broken == 0 ]]
