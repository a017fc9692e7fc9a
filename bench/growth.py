"""Draws how costs grow with size, rank and live views; growth.sh starts it.

Times growth_program without AliasSanitizer and with it, in turns. Prints for each operation by how
much its time grows from one end of the axis to the other, and writes growth.json and six charts.
"""

import functools

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
# What may grow as x does; all else should not grow. Large arrays are copied lazily.
LINEAR = {("size", "copy"), ("size", "write all"), ("rank", "make a view"),
          ("rank", "read an element"), ("rank", "write an element")}


def lines_of(times):
    """(column, "AXIS/OPERATION/X") -> (axis, column) -> operation -> [(x, nanoseconds)]."""
    lines = {}
    for (column, case), nanoseconds in times.items():
        axis, operation, x = case.split("/")
        operations = lines.setdefault((axis, column), {})
        operations.setdefault(operation, []).append((int(x), nanoseconds))
    return lines


def times_text(ratio):
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2g}"


def growth_text(lines):
    """A table in Markdown: each line's first and last time."""
    text = "| along | operation | sanitizer | first | last | x grows | time grows | should grow |\n"
    text += "| --- | --- | --- | ---: | ---: | ---: | ---: | --- |\n"
    for (axis, column), operations in lines.items():
        for operation, points in operations.items():
            (first_x, first), (last_x, last) = points[0], points[-1]
            expected = "at most as x" if (axis, operation) in LINEAR else "not"
            text += (f"| {axis} | {operation} | {column} | {time_text(first)} | {time_text(last)} "
                     f"| {times_text(last_x / first_x)} | {times_text(last / first)} "
                     f"| {expected} |\n")
    return text


def chart(axis, column, operations):
    return line_chart(f"Cost by {axis}, AliasSanitizer {column}", AXES[axis],
                      Axis("CPU time", text=time_text), operations)


def charts(lines):
    """Name of each file -> SVG."""
    return {f"growth_{axis}_{column}.svg": chart(axis, column, operations)
            for (axis, column), operations in lines.items()}


def main():
    options = google_benchmark.parse_options("growth")
    runs = {column: functools.partial(google_benchmark.run, program, options.filter,
                                      options.min_time, environment)
            for column, (program, environment) in PROGRAMS.items()}
    times = google_benchmark.medians(options.rounds, runs)
    lines = lines_of(times)
    print(growth_text(lines))
    google_benchmark.write_results(
        options.output, "growth.json",
        [[*key, nanoseconds] for key, nanoseconds in times.items()], charts(lines))


if __name__ == "__main__":
    main()
