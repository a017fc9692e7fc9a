#!/usr/bin/env bash
# Runs the tour as a user does: the tutorial's texts to the byte, reports that name the right lines,
# copy-on-write mode, and arguments. Runs from the runfiles, or from the source tree with the
# program as TOUR. The argument `no_lines`: the tour was built without line numbers.
set -uo pipefail

tour=${TOUR:-examples/tour}
out=${TEST_TMPDIR:-$(mktemp -d)}
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# run NAME CODE OPTIONS [ARGUMENT...]: runs the tour with ALSAN_OPTIONS (unset if empty) and expects
# the exit code; output in NAME.out and NAME.err.
run() {
  local name=$1 code=$2 options=$3
  shift 3
  env -u ALSAN_OPTIONS ${options:+ALSAN_OPTIONS="$options"} "$tour" "$@" \
    >"$out/$name.out" 2>"$out/$name.err"
  local got=$?
  [[ $got == "$code" ]] || fail "$name: exit code $got: $(head -c 2000 "$out/$name.err")"
}

# has NAME TEXT, lacks NAME TEXT: NAME.out or NAME.err, with its ending, contains TEXT.
has() { grep -qF -- "$2" "$out/$1" || fail "$1 lacks '$2'"; }
lacks() { ! grep -qF -- "$2" "$out/$1" || fail "$1 has '$2'"; }
is_empty() { [[ ! -s $out/$1 ]] || fail "$1 is not empty: $(head -c 2000 "$out/$1")"; }

# block NAME TITLE: the lines of NAME.out from the one after TITLE to an empty one.
block() { awk -v title="$2" '$0 == title {on = 1; next} $0 == "" {on = 0} on' "$out/$1.out"; }

# names_line NAME EVENT FILE STATEMENT: in NAME.err, the first frame below the line that starts with
# EVENT is the line of FILE that starts with STATEMENT.
names_line() {
  local line frame
  line=$(statement=$4 awk '{sub(/^ +/, "")} index($0, ENVIRON["statement"]) == 1 {print NR}' "$3")
  [[ $line =~ ^[0-9]+$ ]] || fail "$3 has not one line that starts with '$4': $line"
  frame=$(awk -v event="$2" 'index($0, event) == 1 {getline; print; exit}' "$out/$1.err")
  [[ $frame == *" $3:$line" ]] || fail "$2: the frame is '$frame', not $3:$line"
}

golden=$out/golden
cat tests/data/tutorial/demo_expected.txt tests/data/tutorial/snippets_expected.txt >"$golden"

run tutorial 0 '' --section=tutorial
cmp "$golden" "$out/tutorial.out" || fail 'the tutorial prints something else'

run all 0 ''
cmp "$golden" <(head -c "$(wc -c <"$golden")" "$out/all.out") || fail 'the whole tour begins so'
[[ $(grep -c 'WARNING: AliasSanitizer: surprise-mutation (AS001)' "$out/all.err") == 3 ]] ||
  fail 'not three reports'
for stream in out err; do
  ! grep -q $'\033' "$out/all.$stream" || fail "all.$stream has escape codes"
done
has all.err "surprise-mutation (AS001) of 'original' through its view 'slice'"
has all.err 'READ of original[1,1]: 999, was 6'
has all.err "surprise-mutation (AS001) of 'digits' through its view 'digit'"
if [[ ${1-} != no_lines ]]; then
  names_line all 'READ of original[1,1]' examples/tour.cc \
    'std::cout << "Original array after modifying view'
  names_line all 'WRITTEN through slice[0,0]' examples/tour.cc 'slice_view(0, 0) = 999;'
  names_line all "'slice' int64" examples/tour.cc 'auto slice_view ='
  names_line all "'original' int64 (3,4)" examples/tour.cc 'auto original ='
  names_line all 'READ of digits[12,' examples/digits.cc 'outcome.mean_after = digits.mean(0);'
  names_line all 'WRITTEN through digit[' examples/digits.cc 'digit.assign(16 - digit);'
fi
has all.out 'wrong in the mean, view mode:     62 of 64 pixels, by up to 0.0089'
has all.out 'wrong in the mean, copy-on-write: none'
for row in 'view +a\.ref\(\) .*\(changed\)' 'eager copy +a\.copy\(\) +.* 64\.0 MiB .* 64\.0 MiB .*\(as it was\)' \
  'lazy copy +a\.copy\(\) .* 0 B .* 4\.0 KiB .*\(as it was\)' \
  'copy-on-write copy +a\.copy\(\) .* 0 B .* 4\.0 KiB .*\(as it was\)'; do
  grep -qE "^$row\$" "$out/all.out" || fail "the table lacks $row"
done

run cow 0 mode=cow
[[ $(block cow 'Original array after modifying view:') == "$(block cow 'Original array:' | head -3)" ]] ||
  fail "mode=cow: the base has changed: $(block cow 'Original array after modifying view:')"
has cow.out 'After modifying view: [1 2 3 4 5 6]'
lacks cow.out 'pixels, by up to'
lacks cow.err 'WARNING: AliasSanitizer'

run off 0 mode=off --section=tutorial
cmp "$golden" "$out/off.out" || fail 'mode=off prints something else'
is_empty off.err

run data 0 '' --section=data
has data.out 'wrong in the mean'
lacks data.out 'Copying and Views'
run cost 0 '' --section=cost
has cost.out 'copy-on-write copy'
lacks cost.out 'wrong in the mean'
lacks cost.err 'WARNING: AliasSanitizer'

run help 0 '' --help
has help.out 'usage: tour'
is_empty help.err
for argument in --section=nope --section --nope data ''; do
  run bad 2 '' "$argument"
  is_empty bad.out
  has bad.err "unknown argument '$argument'"
  has bad.err 'usage: tour'
done

# A program without its data says which file is missing.
mkdir -p "$out/alone" && cp -L "$tour" "$out/alone/tour" || exit 1
tour=$out/alone/tour
cd "$out/alone" || exit 1
run alone 1 '' --section=data
has alone.err 'tour: examples/data/digits.npy: '

exit $((failures > 0))
