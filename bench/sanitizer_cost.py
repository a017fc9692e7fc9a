"""Times sanitizer_workloads without the sanitizer and with it in each mode; sanitizer_cost.sh starts it.

All are measured in turns, round by round. Prints a Markdown table: the median CPU time without the
sanitizer, and the medians of the others divided by it.
"""

import argparse
import json
import os
import statistics
import subprocess

PLAIN = "bench/sanitizer_workloads"
WATCHED = "bench/sanitizer_workloads_watched"
COLUMNS = {
    "none": (PLAIN, None),
    "off": (WATCHED, "mode=off"),
    "log": (WATCHED, "mode=log"),
    "warn": (WATCHED, "mode=warn"),
    "blame=1": (WATCHED, "mode=warn:blame=1"),
    "protect": (WATCHED, "mode=warn:raw_writes=protect"),
}


def run(program, options, pattern):
    """Nanoseconds of each case."""
    environment = dict(os.environ)
    # The allocator would give large blocks back to the system and take them anew, in some of the
    # runs and not in others, which is no cost of the sanitizer.
    environment["MALLOC_TRIM_THRESHOLD_"] = environment["MALLOC_MMAP_THRESHOLD_"] = str(1 << 32)
    if options is not None:
        environment["ALSAN_OPTIONS"] = options + ":exitcode=0:log_path=/dev/null"
    output = subprocess.run(
        [program, f"--benchmark_filter={pattern}", "--benchmark_format=json",
         "--benchmark_min_time=0.05"],
        check=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    unit = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    return {case["name"]: case["cpu_time"] * unit[case["time_unit"]]
            for case in json.loads(output.stdout)["benchmarks"]}


def scaled(nanoseconds):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def print_row(*cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="sanitizer_cost")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--filter", default="^(arrays|elements|views)|/(1000|10000|100000)$")
    options = parser.parse_args()
    samples = {}
    for _ in range(options.rounds):
        for column, (program, settings) in COLUMNS.items():
            for name, nanoseconds in run(program, settings, options.filter).items():
                samples.setdefault(name, {}).setdefault(column, []).append(nanoseconds)
    print_row("program", *COLUMNS)
    print_row("---", *["---:"] * len(COLUMNS))
    for name, columns in samples.items():
        medians = {column: statistics.median(times) for column, times in columns.items()}
        plain = medians.pop("none")
        print_row(name, scaled(plain), *(f"{time / plain:.2f}" for time in medians.values()))


if __name__ == "__main__":
    main()
