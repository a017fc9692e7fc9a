#!/usr/bin/env bash
# Builds and runs examples/downstream as a stranger's workspace, with a Bazel of its own: nothing of
# the sanitizer in an optimised build, its report in a debug build. Runs from the runfiles.
set -uo pipefail

root=$(dirname "$(realpath BUILD.bazel)")
workspace=$TEST_TMPDIR/downstream
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# A copy, so that no output links appear in the source tree; it finds cow_array by its real path.
cp -rL examples/downstream "$workspace" && chmod -R u+w "$workspace" || exit 1
sed -i "s|\"\.\./\.\.\"|\"$root\"|" "$workspace/WORKSPACE"
cd "$workspace" || exit 1
bazel() { "$root/bazelw" --nohome_rc --output_user_root="$TEST_TMPDIR/bazel" "$@" </dev/null; }
trap 'bazel shutdown' EXIT

# run NAME [VARIABLE=VALUE...]: runs the program; standard output in NAME.out, error in NAME.err.
run() {
  local name=$1
  shift
  env -u ALSAN_OPTIONS "$@" bazel-bin/surprise >"$name.out" 2>"$name.err"
}

bazel build -c opt //:surprise || exit 1
run opt || fail "-c opt: exit code $?"
[[ ! -s opt.err ]] || fail "-c opt: standard error: $(cat opt.err)"
grep -q "downstream's own core/array.h" opt.out || fail '-c opt: not its own header'
grep -q '7' opt.out || fail "-c opt: the write is not seen: $(cat opt.out)"
run opt_error ALSAN_OPTIONS=mode=cow:help=1:exitcode=99 || fail "ALSAN_OPTIONS: exit code $?"
cmp opt.out opt_error.out && cmp opt.err opt_error.err || fail '-c opt: ALSAN_OPTIONS changes it'
symbols=$(nm -C bazel-bin/surprise) || fail 'nm'
! grep -m5 -iE 'diagnostics|alsan|AliasSanitizer' <<<"$symbols" ||
  fail '-c opt: the symbols above are the sanitizer'\''s'

bazel build -c opt --@cow_array//:alias_diagnostics=on //:surprise || exit 1
run opt_on ALSAN_OPTIONS=exitcode=0 || fail "alias_diagnostics=on: exit code $?"
grep -q 'SUMMARY: AliasSanitizer: surprise-mutation' opt_on.err || fail 'no report when on'

bazel build -c dbg //:surprise || exit 1
run dbg
code=$?
[[ $code == 67 ]] || fail "-c dbg: exit code $code"
cmp opt.out dbg.out || fail '-c dbg prints something else'
grep -q 'SUMMARY: AliasSanitizer: surprise-mutation.*surprise\.cc:' dbg.err ||
  fail "-c dbg: no report that names the line: $(cat dbg.err)"

bazel build -c dbg --@cow_array//:alias_diagnostics=off //:surprise || exit 1
run dbg_off || fail "alias_diagnostics=off: exit code $?"
[[ ! -s dbg_off.err ]] || fail "alias_diagnostics=off: standard error: $(cat dbg_off.err)"

exit $((failures > 0))
