"""Times copies of arrays and what comes after them; copy.sh starts it.

All methods take turns, round by round; the figures are medians of CPU time.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from svg_chart import Axis, bytes_text, dot_chart, line_chart, time_text

try:
    import numpy
except ImportError:
    numpy = None

PROGRAM = "bench/copy_program"
PAGE_BYTES = 4096

METHODS = {
    "view": "view mode",
    "cow": "copy-on-write mode",
    "fresh": "memcpy, fresh memory",
    "warm": "memcpy, warm memory",
    "numpy": "NumPy",
    "block": "whole-block copy-on-write",
}

SCENARIOS = {
    "first": "first copy of an array, 1 write",
    "copy": "copy",
    "write1": "copy, 1 write",
    "source1": "copy, 1 write to the source",
    "pages1": "copy, 1 % of the pages written",
    "pages10": "copy, 10 % of the pages written",
    "pages100": "copy, all pages written",
    "dirty": "copy of a source with 1 % of its pages written since",
    "read": "copy, all elements read",
    "fill": "copy, all elements overwritten",
    "drop": "end of a copy with 1 write",
}

# How many times as fast as a warm memcpy, with the same done afterwards, a copy of the largest size
# should be.
AIMS = {"write1": 1000, "pages1": 10, "pages100": 1 / 1.1, "read": 1 / 1.1}


class Program:
    """The methods of the C++ program, which answers line by line."""

    def __init__(self):
        self.process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)

    def samples(self, scenario, method, size, count):
        self.process.stdin.write(f"{scenario} {method} {size} {count}\n")
        return [float(word) for word in self.process.stdout.readline().split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class NumPy:
    """The same in NumPy, in this process."""

    def __init__(self):
        self.size = None

    def samples(self, scenario, _, size, count):
        if size != self.size:
            self.sources = self.copies = None
            self.size, self.batch = size, max(1, min(16, (1 << 16) // size))
            self.make_sources()
            self.timed(numpy.copy)
        return [self.sample(scenario) for _ in range(count)]

    def close(self):
        self.size = self.sources = self.copies = None

    def make_sources(self):
        self.sources = [numpy.ones(self.size // 8, numpy.int64) for _ in range(self.batch)]

    def timed(self, make):
        copies = []
        begin = time.thread_time_ns()
        for source in self.sources:
            copies.append(make(source))
        end = time.thread_time_ns()
        self.copies = copies
        return (end - begin) / self.batch

    def drop(self):
        begin = time.thread_time_ns()
        self.copies = None
        return (time.thread_time_ns() - begin) / self.batch

    def sample(self, scenario):
        count = self.size // 8

        def written(percent):
            pages = max(1, self.size // PAGE_BYTES * percent // 100)

            def make(source):
                copy = source.copy()
                copy[::count // pages] = 2
                return copy
            return make

        def write_once(source):
            copy = source.copy()
            copy[count // 2] = 2
            return copy

        def write_source(source):
            copy = source.copy()
            source[count // 2] = 2
            return copy

        def read(source):
            copy = source.copy()
            copy.sum()
            return copy

        def fill(source):
            copy = source.copy()
            copy.fill(2)
            return copy

        if scenario == "first":
            self.make_sources()
        if scenario == "drop":
            self.timed(write_once)
            return self.drop()
        made = self.timed({
            "copy": numpy.copy, "source1": write_source, "read": read, "fill": fill,
            "pages1": written(1), "pages10": written(10), "pages100": written(100),
        }.get(scenario, write_once))
        self.copies = None
        return made


def measure(sizes, rounds):
    """size -> method -> scenario -> nanoseconds."""
    times = {}
    program, numpy_methods = Program(), NumPy()
    for size in sizes:
        count = max(1, min(20, (64 << 20) // size))
        for _ in range(rounds):
            for method in METHODS:
                if method == "numpy" and numpy is None:
                    continue
                which = numpy_methods if method == "numpy" else program
                for scenario in SCENARIOS:
                    if method == "warm" and scenario in ("first", "drop"):
                        continue
                    # The first copies of an array are not like those that follow.
                    few = (1 if scenario == "first" else
                           max(3, count) if method in ("view", "cow") else count)
                    (times.setdefault(size, {}).setdefault(method, {}).setdefault(scenario, [])
                     .extend(which.samples(scenario, method, size, few)))
            numpy_methods.close()
        print(f"copy: {bytes_text(size)} measured", file=sys.stderr, flush=True)
    program.close()
    return {size: {method: {scenario: max(0.1, statistics.median(samples))
                            for scenario, samples in scenarios.items()}
                   for method, scenarios in methods.items()}
            for size, methods in times.items()}


def table(head, rows):
    lines = ["| " + " | ".join(cells) + " |" for cells in [head, *rows]]
    lines.insert(1, "| --- " + "| ---: " * (len(head) - 1) + "|")
    return "\n".join(lines)


def cell(methods, method, scenario):
    return time_text(methods[method][scenario]) if scenario in methods[method] else ""


def size_table(methods):
    return table(["", *(METHODS[method] for method in methods)],
                 [[text, *(cell(methods, method, scenario) for method in methods)]
                  for scenario, text in SCENARIOS.items()])


def scenario_table(times, scenario):
    methods = next(iter(times.values()))
    return table(["array of", *(METHODS[method] for method in methods)],
                 [[bytes_text(size), *(cell(times[size], method, scenario) for method in methods)]
                  for size in times])


def ratio_text(ratio):
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.3g}"


def ratio_table(methods):
    """How many times as fast as memcpy."""
    pairs = [(method, eager) for eager in ("warm", "fresh") for method in ("view", "cow")]
    return table(["", *(f"{METHODS[method]} / {eager}" for method, eager in pairs)],
                 [[SCENARIOS[scenario],
                   *(ratio_text(methods[eager][scenario] / methods[method][scenario])
                     for method, eager in pairs)] for scenario in AIMS])


def available_bytes():
    with open("/proc/meminfo", encoding="ascii") as file:
        return int(re.search(r"MemAvailable: *(\d+) kB", file.read()).group(1)) << 10


def peak_table(size, copies):
    """Peak memory of an array and some copies of it, each with one write."""
    rows = []
    for method in ("view", "cow", "block"):
        if available_bytes() < (copies + 2) * size:
            rows.append([METHODS[method], "not measured: too little memory", ""])
            continue
        output = subprocess.run([PROGRAM, "peak", method, str(size), str(copies)], check=True,
                                stdout=subprocess.PIPE, text=True).stdout
        rows.append([METHODS[method], *(f"{int(kib) / 1024:.0f} MiB" for kib in output.split())])
    return table([f"{copies} copies of {bytes_text(size)}, 1 write each", "peak resident",
                  "all of it, once each was read"], rows)


def system_calls(method, size, count):
    """Calls by name of that many copies, each written and dropped; None if they cannot be counted."""
    with tempfile.NamedTemporaryFile("r") as log:
        if subprocess.run(["strace", "-f", "-c", "-o", log.name, PROGRAM, "repeat", method,
                           str(size), str(count)], stderr=subprocess.DEVNULL,
                          check=False).returncode != 0:
            return None
        calls = {}
        for line in log:
            fields = re.match(r" *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", line)
            if fields and fields.group(2) != "total":
                calls[fields.group(2)] = int(fields.group(1))
        return calls


def calls_table(sizes, count=1000):
    """System calls of one copy, with a write, from the difference of two runs."""
    rows = []
    for size in sizes:
        row = [bytes_text(size)]
        for method in ("view", "cow"):
            few, many = (system_calls(method, size, n) for n in (10, 10 + count))
            if few is None or many is None:
                return None
            each = {name: (many.get(name, 0) - few.get(name, 0)) / count
                    for name in sorted(few | many)}
            row.append(", ".join(f"{calls:.3g} {name}" for name, calls in each.items()
                                 if calls >= 0.01) or "none")
        rows.append(row)
    return table(["array of", "view mode", "copy-on-write mode"], rows)


def charts(times):
    """File name -> SVG."""
    largest = max(times)
    size = bytes_text(largest)
    by_size = {METHODS[method]: [(size, methods[method]["write1"])
                                 for size, methods in times.items()]
               for method in times[largest]}
    rows = {text: {METHODS[method]: scenarios[scenario]
                   for method, scenarios in times[largest].items() if scenario in scenarios}
            for scenario, text in SCENARIOS.items()}
    time_axis = Axis("CPU time", text=time_text)
    return {
        "copy_sizes.svg": line_chart(
            "A copy and one write, by size", Axis("bytes of the array", base=2, text=bytes_text),
            time_axis, by_size),
        "copy_uses.svg": dot_chart(
            f"A copy of {size}, and what is done with it", time_axis, rows, list(by_size)),
    }


def replace_parts(page, parts):
    """Replaces what is between "<!-- generated: NAME -->" and "<!-- end -->"."""
    for name, text in parts.items():
        pattern = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        page, found = pattern.subn(lambda match, text=text: f"{match[1]}\n{text}\n\n{match[2]}",
                                   page)
        if found != 1:
            raise SystemExit(f"copy: the page has no part {name}")
    return page


def main():
    parser = argparse.ArgumentParser(prog="copy")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", default=",".join(str(4096 << i) for i in range(0, 19, 2)))
    parser.add_argument("--copies", type=int, default=10, help="of the largest size, for memory")
    parser.add_argument("--output", default=".", help="folder of the charts")
    parser.add_argument("--page", help="whose generated parts are replaced")
    options = parser.parse_args()
    sizes = sorted(int(size) for size in options.sizes.split(","))
    largest = bytes_text(sizes[-1])
    here = os.environ.get("BUILD_WORKING_DIRECTORY", ".")

    times = measure(sizes, options.rounds)
    for size, methods in times.items():
        print(f"\n{bytes_text(size)}:\n\n{size_table(methods)}")
    parts = {
        "by size": scenario_table(times, "write1"),
        "by use": size_table(times[sizes[-1]]),
        "ratios": ratio_table(times[sizes[-1]]),
        "memory": peak_table(sizes[-1], options.copies),
    }
    print(f"\nA copy and one write:\n\n{parts['by size']}")
    aims = "; ".join(f"{SCENARIOS[scenario]}: {ratio_text(aim)}" for scenario, aim in AIMS.items())
    print(f"\nTimes as fast as memcpy, {largest}:\n\n{parts['ratios']}\n\nAims: {aims}.")
    print(f"\nMemory:\n\n{parts['memory']}")
    if shutil.which("strace"):
        calls = calls_table([size for size in sizes if size < 1 << 20])
        if calls:
            print(f"\nSystem calls of a copy, a write and a drop:\n\n{calls}")

    output = os.path.join(here, options.output)
    os.makedirs(output, exist_ok=True)
    for name, svg in charts(times).items():
        with open(os.path.join(output, name), "w", encoding="utf-8") as file:
            file.write(svg)
    if options.page:
        path = os.path.join(here, options.page)
        with open(path, encoding="utf-8") as file:
            page = replace_parts(file.read(), parts)
        with open(path, "w", encoding="utf-8") as file:
            file.write(page)


if __name__ == "__main__":
    main()
