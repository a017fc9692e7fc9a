"""Tests of what is made of the harness's results; and that docs/performance.md is up to date."""

import os
import subprocess
import sys
import tempfile
import unittest

import performance_page
from peer_aims import Aims, find_aims
from peer_results import Results

PAGE, FOLDER = "docs/performance.md", "docs/performance"


def timed(peer, variant, value, workload="take", size="S", build="default", **more):
    key = "gb_s" if workload in ("deep_copy", "reshape_copy") else "ns_per_item"
    return {"peer": peer, "build": build, "workload": workload, "variant": variant, "size": size,
            "n": 1, key: value / 2, key + "_median": value, "reps": 1, **more}


class ResultsTest(unittest.TestCase):
    def test_best_is_the_least_time_or_the_greatest_rate(self):
        rows = [timed("numpy", "rows", 3.0), timed("eigen", "rows", 2.0), timed("raw", "rows", 1.0),
                timed("numpy", "contig/into", 3.0, "deep_copy"),
                timed("eigen", "contig/into", 2.0, "deep_copy"),
                timed("cow", "contig/into", 6.0, "deep_copy")]
        take, copy = Results(rows).cells.values()
        self.assertEqual(take.best(("numpy", "eigen")), "eigen")
        self.assertEqual(copy.best(("numpy", "eigen")), "numpy")
        self.assertEqual(copy.time_ratio("cow", "numpy"), 0.5, "twice the rate, half the time")

    def test_wrong_results_are_never_best(self):
        rows = [timed("eigen", "fwd", 1.0, "overlap", correct=False),
                timed("numpy", "fwd", 2.0, "overlap", correct=True)]
        cell, = Results(rows).cells.values()
        self.assertEqual(cell.best(("eigen", "numpy")), "numpy")
        self.assertIn("wrong", cell.text("eigen"))

    def test_builds_are_apart_but_prebuilt_libraries_are_in_both(self):
        rows = [timed("cow", "rows", 4.0), timed("cow", "rows", 3.0, build="native"),
                timed("numpy", "rows", 2.0), timed("eigen", "rows", 1.0),
                timed("numpy", "full1000", 1.0, "print", "-")]
        native = Results(rows, "native")
        self.assertEqual(native.workloads(), ["take"])
        self.assertEqual(native.of("take")[0].values, {"cow": 3.0, "numpy": 2.0})
        self.assertEqual(Results(rows).of("take")[0].values,
                         {"cow": 4.0, "numpy": 2.0, "eigen": 1.0})

    def test_skipped_cells_have_a_reason(self):
        row = {"peer": "eigen", "build": "default", "workload": "mask", "variant": "compress1",
               "skip": "no masks"}
        self.assertEqual(Results([row, row]).skipped, {("eigen", "no masks"): ["mask compress1"]})


class AimsTest(unittest.TestCase):
    def test_an_aim_is_met_if_all_its_cells_are(self):
        rows = [timed("cow", "rows", 1.0), timed("numpy", "rows", 1.0),
                timed("cow", "elems", 3.0), timed("numpy", "elems", 2.0)]
        aims = Aims(Results(rows))
        aims.against_best(1.0, "take", "no slower")
        aims.against_best(1.5, "take", "a little slower")
        self.assertEqual([aim.is_met for aim in aims.all], [False, True])
        self.assertEqual(aims.all[0].reached(), 1)
        self.assertEqual(aims.all[0].worst().cell.variant, "elems")
        self.assertEqual(aims.all[0].worst().value, 1.5)

    def test_what_was_not_measured_is_not_met(self):
        self.assertFalse(any(aim.is_met for aim in find_aims(Results([]))))
        self.assertIn("not measured", performance_page.aims_table(find_aims(Results([]))))

    def test_a_limit_is_no_peer(self):
        aims = Aims(Results([timed("cow", "rows", 1.0), timed("raw", "rows", 0.1)]))
        aims.against_best(1.0, "take", "no slower")
        self.assertEqual(aims.all[0].checks, [])

    def test_wrong_results(self):
        rows = [timed("cow", "fwd", 1.0, "overlap", correct=False),
                timed("numpy", "fwd", 1.0, "overlap", correct=True)]
        aims = {aim.text: aim for aim in find_aims(Results(rows)) if aim.checks}
        self.assertFalse(aims["every result right"].is_met)


class PageTest(unittest.TestCase):
    ROWS = [timed("cow", "rows", 1500.0), timed("numpy", "rows", 3000.0), timed("raw", "rows", 750.0)]

    def test_a_row_of_the_table(self):
        lines = performance_page.table(Results(self.ROWS), "take").splitlines()
        self.assertEqual(lines[0], "| variant | size | cow | numpy | *raw* | best peer "
                                   "| ours / best | ours / limit |")
        self.assertEqual(lines[2], "| rows | S | **1.5 µs** | 3 µs | 750 | numpy | 0.50 | 2.00 |")

    def test_unmet_cells_are_listed(self):
        rows = [timed("cow", "rows", 30.0), timed("numpy", "rows", 2.0)]
        text = performance_page.unmet_table(find_aims(Results(rows)))
        self.assertIn("| take | rows S | 30 ns | numpy, 2 ns | 15.00 | 1.00 |", text)

    def test_chart_shows_times_beside_ours(self):
        document = performance_page.chart(Results(self.ROWS), "take")
        for name in ("rows S", "numpy", "raw (limit)"):
            self.assertIn(f">{name}<", document)

    def test_parts_are_replaced_and_the_rest_stays(self):
        page = "a\n<!-- generated: aims -->\nold\n<!-- end -->\nb\n"
        new = performance_page.replaced(page, "aims", "new\\1")
        self.assertEqual(new, "a\n<!-- generated: aims -->\n\nnew\\1\n<!-- end -->\nb\n")
        with self.assertRaises(SystemExit):
            performance_page.replaced(page, "tables", "new")

    def test_the_program_as_a_whole(self):
        with tempfile.TemporaryDirectory() as folder:
            page = os.path.join(folder, "page.md")
            with open(os.path.join(folder, "results.jsonl"), "w", encoding="utf-8") as file:
                file.writelines(f"{row}\n".replace("'", '"') for row in self.ROWS)
            with open(page, "w", encoding="utf-8") as file:
                file.writelines(f"<!-- generated: {name} -->\n<!-- end -->\n"
                                for name in ("aims", "unmet", "tables"))
            run = lambda *options: subprocess.run(
                [sys.executable, "bench/performance_page.py", folder, *options],
                stderr=subprocess.PIPE).returncode
            self.assertEqual(run("--check", page), 1)
            self.assertEqual(run("--page", page), 0)
            self.assertEqual(run("--check", page), 0)
            with open(os.path.join(folder, "take.svg"), "a", encoding="utf-8") as file:
                file.write(" ")
            self.assertEqual(run("--check", page), 1)

    def test_the_page_in_docs_says_what_was_measured(self):
        code = subprocess.run([sys.executable, "bench/performance_page.py", FOLDER, "--check", PAGE])
        self.assertEqual(code.returncode, 0)

    def test_the_page_in_docs_shows_every_chart(self):
        with open(PAGE, encoding="utf-8") as file:
            page = file.read()
        for name in os.listdir(FOLDER):
            if name.endswith(".svg"):
                self.assertIn(f"(performance/{name})", page)


if __name__ == "__main__":
    unittest.main()
