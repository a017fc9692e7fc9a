"""Times view_algebra and overlap_benchmark against NumPy; numpy_ratio.sh starts it.

Both sides are measured in turns, round by round, and the medians of the rounds are compared.
Prints two Markdown tables: everyday cases in nanoseconds, hard pairs with units.
"""

import argparse
import functools
import gzip
import json
import os
import platform
import signal
import statistics
import struct
import subprocess
import time
import timeit

import numpy as np

FACTS = "tests/oracle/facts/overlap_facts.txt.gz"
# Hard pairs are never read, so they may lie anywhere.
BASE_ADDRESS = 1 << 40

# The cases of view_algebra.cc: what is timed, with `a`, `flat` and the pair `x`, `y` at hand.
VIEWS = {
    "view/a[1]": "a[1]",
    "view/a[1:9]": "a[1:9]",
    "view/a[1:9, ::2]": "a[1:9, ::2]",
    "view/a[:, 1]": "a[:, 1]",
    "view/a[newaxis]": "a[None]",
    "view/a.T": "a.T",
    "view/a.transpose(1, 0)": "a.transpose(1, 0)",
    "view/a.reshape(500, 2000)": "a.reshape(500, 2000)",
    "view/a.ravel()": "a.ravel()",
}
PAIRS = {
    "blocks that cross": "a[100:200, 100:200], a[150:250, 150:250]",
    "blocks apart": "a[0:100], a[500:600]",
    "even and odd elements": "flat[::2], flat[1::2]",
    "every second and third": "flat[::2], flat[1::3]",
    "a block in a block": "a[100:900, 100:900][10:20, 10:20], a[100:900, 100:900]",
    "two columns": "a[:, 3], a[:, 4]",
    "left and right half": "a[:, :500], a[:, 500:]",
    "rows and the transpose": "a[0:10, :], a.T",
}


def numpy_cases():
    """Name of each everyday case -> (timer, NumPy's answer or "")."""
    a = np.zeros((1000, 1000))
    names = {"a": a, "flat": a.ravel()}
    cases = {name: (timer(text, names), "") for name, text in VIEWS.items()}
    questions = {"may_share_memory": np.may_share_memory, "shares_memory": np.shares_memory}
    for pair, text in PAIRS.items():
        x, y = eval(text, names)
        for name, function in questions.items():
            scope = {"f": function, "x": x, "y": y}
            cases[f"{name}/{pair}"] = (timer("f(x, y)", scope), yes_or_no(function(x, y)))
    return cases


def timer(text, names):
    return timeit.Timer(text, globals=names, timer=time.thread_time)


def yes_or_no(answer):
    return "yes" if answer else "no"


def nanoseconds_per_call(timer, at_least=0.02):
    """Of as many calls as take `at_least` seconds."""
    calls = 1
    while (seconds := timer.timeit(calls)) < at_least:
        calls = max(2 * calls, int(calls * at_least / max(seconds, 1e-9)))
    return seconds / calls * 1e9


class Layout:
    """What NumPy makes an array of without touching memory."""

    def __init__(self, itemsize, shape, strides, offset):
        self.shape = shape
        self.__array_interface__ = {
            "version": 3,
            "typestr": f"|V{itemsize}",
            "data": (BASE_ADDRESS + offset, False),
            "shape": shape,
            "strides": strides,
        }


def read_layout(text):
    itemsize, ndim, *rest = map(int, text.split())
    return Layout(itemsize, tuple(rest[:ndim]), tuple(rest[ndim : 2 * ndim]), rest[2 * ndim])


def hard_pairs():
    """Name -> (two layouts, the answer), in the order of the file."""
    pairs = {}
    with gzip.open(FACTS, "rt") as lines:
        for line in lines:
            if " hard:" not in line:
                continue
            a, b, answer, rest = line.split("|")
            pairs[rest.split()[1]] = (read_layout(a), read_layout(b), answer.split()[0] == "1")
    return pairs


def within(seconds, function):
    """The number that `function` returns; None if the time, which nothing in Python limits, is up."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        os.write(writer, struct.pack("d", function()))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as results:
        result = results.read()
    os.waitpid(child, 0)
    return struct.unpack("d", result)[0] if result else None


def hard_timers(pairs, limit):
    """Timers of the pairs that NumPy decides within `limit` seconds; checks its answers."""
    timers = {}
    for name, (a, b, answer) in pairs.items():
        x, y = np.asarray(a), np.asarray(b)
        found = within(limit, functools.partial(np.shares_memory, x, y))
        if found is None:
            continue
        if bool(found) != answer:
            raise SystemExit(f"numpy_ratio: NumPy's answer to {name} is not that of the facts")
        timers[name] = timer("f(x, y)", {"f": np.shares_memory, "x": x, "y": y})
    return timers


def run_benchmark(program, *arguments):
    """Name of each case -> (nanoseconds, label)."""
    command = [f"bench/{program}", *arguments, "--benchmark_format=json"]
    command.append("--benchmark_min_time=0.02")
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    unit = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    return {
        case["name"]: (case["cpu_time"] * unit[case["time_unit"]], case.get("label", ""))
        for case in json.loads(output.stdout)["benchmarks"]
    }


def measure(rounds, ours, theirs):
    """Median nanoseconds of both sides: {name: (label, ours, NumPy's or None)}.

    `ours` runs all cases once; `theirs` has a timer for some of them.
    """
    samples = {}
    labels = {}
    for _ in range(rounds):
        for name, (time_ns, label) in ours().items():
            samples.setdefault(name, ([], []))[0].append(time_ns)
            labels[name] = label
        for name in samples.keys() & theirs.keys():
            samples[name][1].append(nanoseconds_per_call(theirs[name]))
    return {
        name: (labels[name], statistics.median(own), statistics.median(other) if other else None)
        for name, (own, other) in samples.items()
    }


def scaled(time_ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if time_ns >= size:
            return f"{time_ns / size:.3g} {unit}"
    return f"{time_ns:.3g} ns"


def print_row(*cells):
    print("| " + " | ".join(map(str, cells)) + " |")


def print_everyday(rounds):
    cases = numpy_cases()
    print_row("case", "ours, ns", "NumPy, ns", "NumPy / ours")
    print_row("---", "---:", "---:", "---:")
    timers = {name: timer for name, (timer, _) in cases.items()}
    results = measure(rounds, functools.partial(run_benchmark, "view_algebra"), timers)
    for name, (label, ours, theirs) in results.items():
        if label != cases[name][1]:
            raise SystemExit(f"numpy_ratio: NumPy's answer to {name} is another one")
        print_row(f"`{name}`", f"{ours:.1f}", f"{theirs:.1f}", f"{theirs / ours:.1f}")


def print_hard(rounds, limit):
    pairs = hard_pairs()
    timers = hard_timers(pairs, limit)
    print_row("pair", "shapes", "shares memory", "ours", "NumPy", "NumPy / ours")
    print_row("---", "---", "---", "---:", "---:", "---:")
    run = functools.partial(run_benchmark, "overlap_benchmark", FACTS, "--benchmark_filter=^hard:")
    for name, (label, ours, theirs) in measure(rounds, run, timers).items():
        a, b, answer = pairs[name]
        if label != yes_or_no(answer):
            raise SystemExit(f"numpy_ratio: our answer to {name} is not that of the facts")
        shapes = " and ".join("×".join(map(str, side.shape)) or "()" for side in (a, b))
        other, ratio = f"> {limit:g} s", f"> {limit * 1e9 / ours:.2g}"
        if theirs is not None:
            other, ratio = scaled(theirs), f"{theirs / ours:.2g}"
        print_row(name.removeprefix("hard:"), shapes, label, scaled(ours), other, ratio)


def main():
    parser = argparse.ArgumentParser(prog="numpy_ratio")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--limit", type=float, default=1.0, help="seconds of NumPy for a hard pair")
    options = parser.parse_args()
    print(f"NumPy {np.__version__}, Python {platform.python_version()}, {platform.machine()};")
    print(f"medians of {options.rounds} rounds of CPU time, ours and NumPy in turns.\n")
    print_everyday(options.rounds)
    print()
    print_hard(options.rounds, options.limit)


if __name__ == "__main__":
    main()
