#!/usr/bin/env bash
# The programs of the rules' pages: the first is reported, by its rule alone; the second is not.
set -u
programs=$TEST_SRCDIR/$TEST_WORKSPACE/tests/rules
failures=0
for number in 1 2 3 4 5 6 7 8; do
  rule=AS00$number
  for version in bug fixed; do
    ALSAN_OPTIONS=AS003=warn:color=never "$programs/${rule}_$version" >out.txt 2>err.txt
    code=$?
    reported=$(sed -n 's/.*AliasSanitizer: [a-z-]* (\(AS[0-9]*\)).*/\1/p' err.txt | sort -u)
    expected=$([ $version = bug ] && echo $rule)
    expected_code=$([ $version = bug ] && echo 67 || echo 0)
    if [ "$reported" != "$expected" ] || [ $code != $expected_code ]; then
      echo "FAILED: $rule $version: reported '$reported', exit code $code"
      cat err.txt
      failures=$((failures + 1))
    fi
  done
  ALSAN_OPTIONS=mode=warn:help=$rule "$programs/${rule}_fixed" 2>&1 >out.txt | grep -q "^# $rule " || {
    echo "FAILED: help=$rule"
    failures=$((failures + 1))
  }
done
exit $((failures > 0))
