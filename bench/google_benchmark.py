"""Runs Google Benchmark programs, several times and in turns, and reads what they say."""

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
