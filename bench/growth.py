"""Draws how costs grow with size, rank and live views; growth.sh starts it.

Times growth_program without AliasSanitizer and with it, in turns. Prints for each operation by how
much its time grows from one end of the axis to the other, and writes growth.json and six charts.
"""

import argparse
import functools
import json
import os

import google_benchmark
from svg_chart import Axis, line_chart, plain_text, time_text

PROGRAMS = {
    "off": ("bench/growth_program", {}),
    "on": ("bench/growth_program_watched",
           {"ALSAN_OPTIONS": "mode=warn:exitcode=0:log_path=/dev/null"}),
}
AXES = {
    "size": Axis("elements of the array", text=plain_text),
    "rank": Axis("axes of the array (4096 elements)", log=False, text=plain_text),
    "views": Axis("live views of the array (65536 elements)", text=plain_text),
}
# What cannot but grow with the number of elements.
LINEAR = {("size", "copy"), ("size", "write all")}


def lines_of(times):
    """(column, "AXIS/OPERATION/X") -> (axis, column) -> operation -> [(x, nanoseconds)]."""
    lines = {}
    for (column, case), nanoseconds in times.items():
        axis, operation, x = case.split("/")
        operations = lines.setdefault((axis, column), {})
        operations.setdefault(operation, []).append((int(x), nanoseconds))
    return lines


def print_growth(lines):
    print("| along | operation | sanitizer | first | last | x grows | time grows | expected |")
    print("| --- | --- | --- | ---: | ---: | ---: | ---: | --- |")
    for (axis, column), operations in lines.items():
        for operation, points in operations.items():
            (first_x, first), (last_x, last) = points[0], points[-1]
            expected = "with x" if (axis, operation) in LINEAR else "not"
            print(f"| {axis} | {operation} | {column} | {time_text(first)} | {time_text(last)} "
                  f"| {last_x / first_x:.3g} | {last / first:.3g} | {expected} |")


def chart(axis, column, operations):
    return line_chart(f"Cost by {axis}, AliasSanitizer {column}", AXES[axis],
                      Axis("CPU time", text=time_text), operations)


def main():
    parser = argparse.ArgumentParser(prog="growth")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--filter", default=".")
    parser.add_argument("--min_time", type=float, default=0.02, help="seconds of each case a round")
    parser.add_argument("--output", default=".", help="folder of the JSON file and the charts")
    options = parser.parse_args()
    runs = {column: functools.partial(google_benchmark.run, program, options.filter,
                                      options.min_time, environment)
            for column, (program, environment) in PROGRAMS.items()}
    lines = lines_of(google_benchmark.medians(options.rounds, runs))
    print_growth(lines)
    output = os.path.join(os.environ.get("BUILD_WORKING_DIRECTORY", "."), options.output)
    os.makedirs(output, exist_ok=True)
    with open(os.path.join(output, "growth.json"), "w", encoding="utf-8") as file:
        json.dump({"unit": "ns of CPU time",
                   "lines": {" ".join(key): lines for key, lines in lines.items()}}, file, indent=1)
    for (axis, column), operations in lines.items():
        name = f"growth_{axis}_{column}.svg"
        with open(os.path.join(output, name), "w", encoding="utf-8") as file:
            file.write(chart(axis, column, operations))


if __name__ == "__main__":
    main()
