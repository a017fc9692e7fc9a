"""What this library wants to reach beside its peers, and what of it a run has reached.

All comparisons are of medians within one run, as ratios of time: 0.5 is half the time of the other,
or twice its rate.
"""

import dataclasses

from peer_results import OURS, PEERS


@dataclasses.dataclass
class Check:
    """One comparison: met if `value` is at most `limit`."""

    cell: object
    value: float
    limit: float
    against: str  # a peer, or a unit

    @property
    def is_met(self):
        return self.value <= self.limit


@dataclasses.dataclass
class Aim:
    """A row of the table of aims, with the checks that decide it."""

    workload: str
    text: str
    checks: list

    @property
    def is_met(self):
        return bool(self.checks) and all(check.is_met for check in self.checks)

    def worst(self):
        return max(self.checks, key=lambda check: check.value / check.limit)

    def reached(self):
        return sum(check.is_met for check in self.checks)


class Aims:
    """Collects the aims for `results`."""

    def __init__(self, results):
        self.results = results
        self.all = []

    def cells(self, workload, variants=None, size=None):
        return [cell for cell in self.results.of(workload)
                if OURS in cell.values and (variants is None or cell.variant in variants)
                and size in (None, cell.size)]

    def nanoseconds(self, limit, workload, text, variants=None):
        self.all.append(Aim(workload, text, [
            Check(cell, cell.values[OURS], limit, "ns") for cell in self.cells(workload, variants)]))

    def against(self, peer, limit, workload, text, variants=None, size=None):
        """Our time against that of `peer`."""
        self.all.append(Aim(workload, text, [
            Check(cell, cell.time_ratio(OURS, peer), limit, peer)
            for cell in self.cells(workload, variants, size) if peer in cell.values]))

    def against_best(self, limit, workload, text, variants=None, size=None):
        """Our time against that of the best library whose result is right."""
        checks = []
        for cell in self.cells(workload, variants, size):
            best = cell.best(PEERS)
            if best is not None:
                checks.append(Check(cell, cell.time_ratio(OURS, best), limit, best))
        self.all.append(Aim(workload, text, checks))

    def results_right(self, workload, text):
        self.all.append(Aim(workload, text, [
            Check(cell, float(OURS in cell.wrong), 0.5, "wrong results")
            for cell in self.cells(workload)]))


def both(*variants):
    return [f"{variant}/{where}" for variant in variants for where in ("fresh", "into")]


def find_aims(results):
    aims = Aims(results)
    aims.nanoseconds(15, "view_create", "at most 15 ns")
    aims.against("opencv", 0.75, "view_create", "at most 0.75 of OpenCV's time")
    aims.against("xtdyn", 1 / 3, "view_create", "a third of xtensor's, of run-time rank")
    aims.nanoseconds(120, "view_chain", "at most 120 ns")
    aims.against_best(1.1, "strided_write", "at most 1.1 of the best peer's")
    for workload in ("deep_copy", "reshape_copy"):
        aims.against_best(1 / 0.95, workload, "no rate under 0.95 of the best peer's")
    aims.against_best(0.5, "deep_copy", "transpose, large: twice the best peer's rate",
                      both("transpose"), "L")
    aims.against_best(0.5, "deep_copy", "permuted cube, large: twice", both("perm3d"), "L")
    aims.against_best(0.5, "reshape_copy", "flattened transpose, large: twice", ["t_flat"], "L")
    aims.against("numpy", 1 / 1.5, "deep_copy", "into fresh memory, large: 1.5 times NumPy's",
                 ["contig/fresh"], "L")
    aims.against_best(0.2, "mask", "half of the elements, large: 5 times faster",
                      ["compress50", "compress50[]"], "L")
    aims.against_best(1, "mask", "1 % and 99 %: never slower",
                      ["compress1", "compress99", "compress1[]", "compress99[]"])
    aims.against_best(1, "mask", "comparison: at most the best peer's", ["gt"])
    aims.against_best(1, "take", "at most the best peer's")
    aims.against_best(1 / 1.5, "take", "elements, small: 1.5 times faster",
                      ["elems", "elems[]"], "S")
    aims.against_best(1, "binop", "at most the best peer's")
    aims.against_best(0.5, "binop", "mixed with a transpose, large: half", both("mixT"), "L")
    aims.against_best(1, "sum", "at most the best peer's")
    aims.results_right("overlap", "every result right")
    aims.against_best(1.1, "overlap", "at most 1.1 of the best right peer's")
    aims.nanoseconds(40, "shares", "easy pairs at most 40 ns", ["easy_true", "easy_false"])
    aims.nanoseconds(5, "shares", "bounds at most 5 ns", ["may"])
    aims.against("numpy", 0.1, "shares", "hard pairs a tenth of NumPy's",
                 ["hard_median", "hard_worst"])
    aims.against("oscow", 2, "cow", "1 GB, one write: twice the system's own mechanism",
                 ["copy_write1"], "1GB")
    aims.against("numpy", 0.1, "print", "a tenth of NumPy's")
    return aims.all
