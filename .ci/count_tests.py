"""Prints how many targets passed and failed in one `bazel test`.

Arguments: the file of --build_event_json_file, and Bazel's exit code.
"""

import json
import sys


def count(events, exit_code):
    """Returns (passed, failed): tests that passed; tests that did not and targets not built."""
    passed, failed = set(), set()
    for event in events:
        if "testSummary" in event["id"]:
            outcome = passed if event["testSummary"]["overallStatus"] == "PASSED" else failed
            outcome.add(event["id"]["testSummary"]["label"])
        elif "targetCompleted" in event["id"] and not event.get("completed", {}).get("success"):
            failed.add(event["id"]["targetCompleted"]["label"])
    # Bazel may fail before it gets to any target.
    return len(passed), len(failed) or int(exit_code != 0)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as lines:
        print(*count(map(json.loads, lines), int(sys.argv[2])))
