"""Runs Google Benchmark programs, several times and in turns, and reads what they say."""

import argparse
import json
import os
import statistics
import subprocess

NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def run(program, pattern=".", min_time=0.02, environment=None):
    """Name of each case that `pattern` finds -> CPU nanoseconds."""
    output = subprocess.run(
        [program, f"--benchmark_filter={pattern}", "--benchmark_format=json",
         f"--benchmark_min_time={min_time}"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})})
    return {case["name"]: case["cpu_time"] * NANOSECONDS[case["time_unit"]]
            for case in json.loads(output.stdout)["benchmarks"]}


def medians(rounds, runs):
    """`runs`: name -> function that returns what `run` does. All of them once a round.

    Returns (name, case) -> median of the rounds.
    """
    samples = {}
    for _ in range(rounds):
        for name, one in runs.items():
            for case, nanoseconds in one().items():
                samples.setdefault((name, case), []).append(nanoseconds)
    return {key: statistics.median(values) for key, values in samples.items()}


def parse_options(program):
    """What all programs that call `medians` and `write_results` take."""
    parser = argparse.ArgumentParser(prog=program)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--filter", default=".")
    parser.add_argument("--min_time", type=float, default=0.02, help="seconds of each case a round")
    parser.add_argument("--output", default=".", help="folder of the JSON file and the charts")
    return parser.parse_args()


def write_results(folder, name, cases, charts):
    """The times, as `name`, and charts (name of the file -> SVG) in `folder`.

    A relative one counts from where the user is.
    """
    output = os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", "."), folder)
    os.makedirs(output, exist_ok=True)
    with open(os.path.join(output, name), "w", encoding="utf-8") as file:
        json.dump({"unit": "ns of CPU time", "cases": cases}, file, indent=1)
    for chart, drawing in charts.items():
        with open(os.path.join(output, chart), "w", encoding="utf-8") as file:
            file.write(drawing)
