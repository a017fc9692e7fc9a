"""Times views, copies and copies on write by use and size; view_vs_copy.sh starts it.

Prints a table for each use, and where copy-on-write begins to be cheaper than an eager copy; writes
view_vs_copy.json and a chart for each use, view_vs_copy_USE.svg.
"""

import google_benchmark
from svg_chart import Axis, bytes_text, line_chart, time_text

TITLES = {
    "make": "making it, and giving it up",
    "write one": "making it, and writing one element",
    "read all": "making it, and reading all elements",
    "write all": "making it, and changing all elements",
}


def by_use(times):
    """Cases USE/WHAT/BYTES -> use -> what -> [(bytes, nanoseconds)]."""
    uses = {}
    for case, nanoseconds in times.items():
        use, what, size = case.split("/")
        uses.setdefault(use, {}).setdefault(what, []).append((int(size), nanoseconds))
    return uses


def crossover(lower, upper):
    """The least size from which on `lower` takes less time than `upper` does, or None."""
    found = None
    for (size, one), (_, other) in zip(sorted(lower), sorted(upper)):
        if one >= other:
            found = None
        elif found is None:
            found = size
    return found


def use_text(use, lines):
    """A table in Markdown, and a sentence."""
    sizes = [size for size, _ in sorted(next(iter(lines.values())))]
    text = f"{TITLES.get(use, use).capitalize()}:\n\n"
    text += "| | " + " | ".join(map(bytes_text, sizes)) + " |\n"
    text += "| --- " + "| ---: " * len(sizes) + "|\n"
    for what, points in lines.items():
        text += f"| {what} | " + " | ".join(time_text(time) for _, time in sorted(points)) + " |\n"
    if "copy-on-write" in lines and "eager copy" in lines:
        size = crossover(lines["copy-on-write"], lines["eager copy"])
        text += ("\nCopy-on-write takes less time than an eager copy "
                 + (f"from {bytes_text(size)} on.\n" if size else
                    "at no size, or not at the largest ones.\n"))
    return text


def chart(use, lines):
    return line_chart(f"View, copy, copy-on-write: {TITLES.get(use, use)}",
                      Axis("bytes of the array", base=2, text=bytes_text),
                      Axis("CPU time", text=time_text), lines)


def chart_name(use):
    return f"view_vs_copy_{use.replace(' ', '_')}.svg"


def charts(uses):
    """Name of each file -> SVG."""
    return {chart_name(use): chart(use, lines) for use, lines in uses.items()}


def main():
    options = google_benchmark.parse_options("view_vs_copy")
    program = "bench/view_vs_copy_program"
    runs = {"": lambda: google_benchmark.run(program, options.filter, options.min_time)}
    times = {case: time for (_, case), time in
             google_benchmark.medians(options.rounds, runs).items()}
    uses = by_use(times)
    for use, lines in uses.items():
        print(use_text(use, lines))
    google_benchmark.write_results(options.output, "view_vs_copy.json", times, charts(uses))


if __name__ == "__main__":
    main()
