"""The results of a harness of peers: what each library took for each cell, and which was best.

`results.jsonl` has a line of JSON for each peer and cell. Medians are compared.
"""

import dataclasses
import json

OURS = "cow"
# Not libraries: loops and system calls written by hand, which show what is possible.
LIMITS = ("raw", "tuned", "memcpy", "oscow")
PEERS = ("numpy", "pandas", "xtensor", "xtdyn", "eigen", "blitz", "opencv", "torch")
# One build for any machine, which they choose their kernels on.
PREBUILT = ("numpy", "opencv", "torch")
SIZES = ("S", "L", "1MB", "64MB", "1GB", "-")


@dataclasses.dataclass
class Cell:
    """One row of the tables."""

    workload: str
    variant: str
    size: str
    is_rate: bool  # GB/s, of which more is better; else nanoseconds an item
    values: dict = dataclasses.field(default_factory=dict)  # peer -> median
    wrong: set = dataclasses.field(default_factory=set)  # peers whose result is not right

    @property
    def name(self):
        return self.variant if self.size == "-" else f"{self.variant} {self.size}"

    def right(self, peers):
        return {peer: self.values[peer] for peer in peers
                if peer in self.values and peer not in self.wrong}

    def best(self, peers):
        """The fastest of `peers` with a right result, or None."""
        found = self.right(peers)
        if not found:
            return None
        return (max if self.is_rate else min)(found, key=found.get)

    def time_ratio(self, peer, other):
        """Time of `peer` divided by the time of `other`."""
        ratio = self.values[peer] / self.values[other]
        return 1 / ratio if self.is_rate else ratio

    def text(self, peer):
        if peer not in self.values:
            return "–"
        value = self.values[peer]
        text = f"{value:.3g}" if self.is_rate else time_text(value)
        return text + (" **wrong**" if peer in self.wrong else "")


def time_text(nanoseconds):
    """Nanoseconds without their unit, more with it."""
    for power, unit in ((3, " s"), (2, " ms"), (1, " µs")):
        if nanoseconds >= 1000**power:
            return f"{nanoseconds / 1000**power:.3g}{unit}"
    return f"{nanoseconds:.3g}"


class Results:
    """The cells of one build, in the order of the file; within a workload small ones first."""

    def __init__(self, rows, build="default"):
        self.skipped = {}  # (peer, reason) -> cells
        self.cells = {}
        present = {row["peer"] for row in rows if row["build"] == build}
        for row in rows:
            borrowed = row["peer"] in PREBUILT and row["peer"] not in present
            if row["build"] == build or (borrowed and row["build"] == "default"):
                self.add(row)
        own = {cell.workload for cell in self.cells.values() if OURS in cell.values}
        if build != "default":  # only what was measured in that build, too
            self.cells = {key: cell for key, cell in self.cells.items() if cell.workload in own}

    def add(self, row):
        workload, variant = row["workload"], row["variant"]
        if "skip" in row:
            cells = self.skipped.setdefault((row["peer"], row["skip"]), [])
            if f"{workload} {variant}" not in cells:
                cells.append(f"{workload} {variant}")
            return
        is_rate = "gb_s" in row
        cell = self.cells.setdefault((workload, variant, row["size"]),
                                     Cell(workload, variant, row["size"], is_rate))
        cell.values[row["peer"]] = row["gb_s_median" if is_rate else "ns_per_item_median"]
        if row.get("correct") is False:
            cell.wrong.add(row["peer"])

    def workloads(self):
        return list(dict.fromkeys(cell.workload for cell in self.cells.values()))

    def of(self, workload):
        """The cells of a workload; those that this library has no value of come last."""
        cells = [cell for cell in self.cells.values() if cell.workload == workload]
        order = list(dict.fromkeys(cell.variant for cell in cells))
        return sorted(cells, key=lambda cell: (OURS not in cell.values, order.index(cell.variant),
                                               SIZES.index(cell.size)))

    def columns(self, workload):
        """This library, others, limits: those that have a value."""
        present = {peer for cell in self.of(workload) for peer in cell.values}
        known = (OURS, *PEERS, *LIMITS)
        more = sorted(present - set(known))
        return [peer for peer in (OURS, *more, *PEERS, *LIMITS) if peer in present]


def read_rows(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.startswith("{")]
