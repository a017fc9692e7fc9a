"""Writes tables and charts of a run of the peers' harness; puts the tables into a page.

    performance_page.py FOLDER                 FOLDER/results.jsonl -> tables.md, a chart a workload
    performance_page.py FOLDER --page PAGE     the same, and the tables into PAGE
    performance_page.py FOLDER --check PAGE    exit code 1 if PAGE or a chart is another

The page has a line `<!-- generated: NAME -->` before each part and `<!-- end -->` after it; NAME is
`machine`, `aims`, `unmet` or `tables`, and, where FOLDER has growth.json and view_vs_copy.json,
`growth` or `view_vs_copy`. Charts are SVG files beside results.jsonl.
"""

import argparse
import json
import os
import re
import sys

import growth
import view_vs_copy
from peer_aims import find_aims
from peer_results import LIMITS, OURS, PEERS, Results, read_rows
from svg_chart import Axis, dot_chart

TITLES = {
    "view_create": "making a view, and giving it up",
    "view_chain": "eight views, each of the one before",
    "strided_write": "filling, and adding to, all elements of a view",
    "deep_copy": "copies, into fresh memory and into an array that is there",
    "reshape_copy": "reshapes that have to copy",
    "take": "rows and elements at random positions",
    "mask": "elements where a mask is true; a comparison",
    "binop": "c = a + b * s",
    "sum": "sums of a matrix and of its transpose",
    "overlap": "assignments to an array from parts of itself",
    "shares": "do two arrays share memory?",
    "cow": "a copy of which one element is read, or written",
    "print": "an array as text",
}
OWN_STYLE = "**{}**"


def row(*cells):
    return "| " + " | ".join(cells) + " |\n"


def table(results, workload):
    """The cells of a workload: a column a peer, the best, and this library beside it."""
    columns = results.columns(workload)
    heads = [f"*{peer}*" if peer in LIMITS else peer for peer in columns]
    text = row("variant", "size", *heads, "best peer", "ours / best", "ours / limit")
    text += row("---", "---", *["---:"] * len(columns), "---", "---:", "---:")
    for cell in results.of(workload):
        values = [OWN_STYLE.format(cell.text(peer)) if peer == OURS else cell.text(peer)
                  for peer in columns]
        best, limit = cell.best(PEERS), cell.best(LIMITS)
        ratios = [f"{cell.time_ratio(OURS, other):.2f}" if other and OURS in cell.values else "–"
                  for other in (best, limit)]
        text += row(cell.variant, cell.size, *values, best or "–", *ratios)
    return text


def tables(results, native):
    text = ""
    for workload in results.workloads():
        unit = "GB/s" if results.of(workload)[0].is_rate else "ns an item, unless marked"
        text += f"### {workload}: {TITLES.get(workload, '')}\n\n"
        text += f"![{workload}](performance/{workload}.svg)\n\n"
        text += f"In {unit}.\n\n{table(results, workload)}\n"
    if native.cells:
        text += "### Built for this machine (`-march=native`)\n\n"
        for workload in native.workloads():
            unit = "GB/s" if native.of(workload)[0].is_rate else "ns an item, unless marked"
            text += f"{workload}, in {unit}:\n\n{table(native, workload)}\n"
    text += "### Cells that others leave out\n\n"
    for (peer, why), cells in results.skipped.items():
        text += f"- {peer}: {', '.join(cells)}: {why}\n"
    return text


def aims_table(aims):
    text = row("workload", "aim", "cells", "worst", "ratio", "allowed", "")
    text += row("---", "---", "---:", "---", "---:", "---:", "---")
    for aim in aims:
        if not aim.checks:
            text += row(aim.workload, aim.text, "–", "not measured", "–", "–", "**not met**")
            continue
        worst = aim.worst()
        against, value, limit = (
            ("", f"{worst.value:.3g} ns", f"{worst.limit:g} ns") if worst.against == "ns" else
            (f" ({worst.against})", f"{worst.value:.2f}", f"{worst.limit:.2f}"))
        if worst.against == "wrong results":
            against = value = limit = "–"
        text += row(aim.workload, aim.text, f"{aim.reached()} of {len(aim.checks)}",
                    worst.cell.name + against if value != "–" else "–", value, limit,
                    "met" if aim.is_met else "**not met**")
    met = sum(aim.is_met for aim in aims)
    return text + f"\n{met} of {len(aims)} aims met.\n"


def unmet_table(aims):
    """Each comparison that falls short, worst first within its aim."""
    text = row("workload", "cell", "ours", "against", "ratio", "allowed")
    text += row("---", "---", "---:", "---", "---:", "---:")
    for aim in aims:
        for check in sorted(aim.checks, key=lambda check: -check.value / check.limit):
            if check.is_met:
                continue
            cell, other = check.cell, check.against
            unit = " GB/s" if cell.is_rate else " ns"
            with_unit = lambda text: text if text[-1] == "s" else text + unit
            against = ("–" if other not in cell.values
                       else f"{other}, {with_unit(cell.text(other))}")
            text += row(cell.workload, cell.name, with_unit(cell.text(OURS)), against,
                        f"{check.value:.2f}", f"{check.limit:.2f}")
    return text


def chart(results, workload):
    """A dot a peer and cell: the peer's time beside ours."""
    peers = [peer for peer in results.columns(workload) if peer != OURS]
    rows = {cell.name: {peer: cell.time_ratio(peer, OURS) for peer in peers if peer in cell.values}
            for cell in results.of(workload) if OURS in cell.values}
    if not any(rows.values()):
        return None
    named = {peer: f"{peer} (limit)" if peer in LIMITS else peer for peer in peers}
    rows = {name: {named[peer]: ratio for peer, ratio in dots.items()}
            for name, dots in rows.items()}
    return dot_chart(f"{workload}: {TITLES.get(workload, '')}",
                     Axis("time, as a multiple of cow_array's"), rows, list(named.values()), 1,
                     "left of the line: faster than cow_array; right of it: slower",
                     [named[peer] for peer in peers if peer in LIMITS])


def cases_in(folder, name):
    """What a benchmark wrote to a JSON file, or None."""
    path = os.path.join(folder, name)
    return json.loads(read(path))["cases"] if os.path.exists(path) else None


def view_vs_copy_part(uses):
    return "\n".join(f"{view_vs_copy.use_text(use, lines)}\n"
                     f"![{use}](performance/{view_vs_copy.chart_name(use)})\n"
                     for use, lines in uses.items())


def growth_part(lines):
    images = (f"![by {axis}, sanitizer {column}](performance/growth_{axis}_{column}.svg)\n"
              for axis, column in lines)
    return growth.growth_text(lines) + "\n" + "\n".join(images)


def everything(folder):
    """What the measurements in `folder` say: name of each part -> text, name of each file -> SVG."""
    rows = read_rows(os.path.join(folder, "results.jsonl"))
    results, native = Results(rows), Results(rows, "native")
    aims = find_aims(results)
    parts = {"aims": aims_table(aims), "unmet": unmet_table(aims),
             "tables": tables(results, native)}
    charts = {f"{workload}.svg": chart(results, workload) for workload in results.workloads()}
    machine = os.path.join(folder, "machine.md")
    if os.path.exists(machine):
        parts["machine"] = read(machine)
    cases = cases_in(folder, "view_vs_copy.json")
    if cases is not None:
        uses = view_vs_copy.by_use(cases)
        parts["view_vs_copy"] = view_vs_copy_part(uses)
        charts.update(view_vs_copy.charts(uses))
    cases = cases_in(folder, "growth.json")
    if cases is not None:
        lines = growth.lines_of({(column, case): time for column, case, time in cases})
        parts["growth"] = growth_part(lines)
        charts.update(growth.charts(lines))
    return parts, {name: drawing for name, drawing in charts.items() if drawing is not None}


def replaced(page, name, text):
    """The page with another part `name`. Errors: `SystemExit` if it has none."""
    pattern = re.compile(rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not pattern.search(page):
        raise SystemExit(f"performance_page: the page has no part {name}")
    return pattern.sub(lambda match: f"{match[1]}\n{text}\n{match[2]}", page)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main():
    parser = argparse.ArgumentParser(prog="performance_page")
    parser.add_argument("folder")
    parser.add_argument("--page")
    parser.add_argument("--check")
    options = parser.parse_args()
    parts, charts = everything(options.folder)
    if options.page or options.check:
        old = new = read(options.page or options.check)
        for name, text in parts.items():
            new = replaced(new, name, text)
    if options.check:
        changed = [name for name, drawing in charts.items()
                   if not os.path.exists(os.path.join(options.folder, name))
                   or read(os.path.join(options.folder, name)) != drawing]
        if new != old:
            changed.append(options.check)
        sys.exit(f"not what {options.folder} says: {', '.join(changed)}" if changed else 0)
    for name, drawing in charts.items():
        write(os.path.join(options.folder, name), drawing)
    if options.page:
        write(options.page, new)
    else:
        write(os.path.join(options.folder, "tables.md"), "\n".join(parts.values()))


if __name__ == "__main__":
    main()
