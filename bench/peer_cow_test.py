"""Runs every workload of peer_cow in small, and compares what it prints with the harness's contract."""

import json
import os
import subprocess
import tempfile
import unittest

KINDS = ("contig", "every2", "neg", "col", "sub")
COPIES = ("contig", "every2", "colblock", "transpose", "reversed", "perm3d")
VARIANTS = {
    "view_create": ["slice_1d", "sub_2d", "row", "col", "transpose", "reshape"],
    "view_chain": ["nested8"],
    "strided_write": [f"{what}_{kind}" for kind in KINDS for what in ("fill", "add")],
    "deep_copy": [f"{kind}/{where}" for kind in COPIES for where in ("fresh", "into")],
    "reshape_copy": ["t_flat", "sub_flat"],
    "take": ["rows", "rows[]", "elems", "elems[]"],
    "mask": ["compress1", "compress50", "compress99", "compress1[]", "compress50[]",
             "compress99[]", "gt"],
    "binop": [f"{kind}/{where}" for kind in ("contig", "sub", "mixT")
              for where in ("fresh", "into")],
    "sum": [f"{order}_{axis}" for order in "CT" for axis in ("all", "ax0", "ax1")],
    "overlap": ["fwd", "bwd", "rev", "self_T"],
    "shares": ["may", "easy_true", "easy_false", "hard_median", "hard_worst", "hard_doc_pair"],
    "cow": ["copy_read1", "copy_write1"],
    "print": ["full1000", "summ1e6"],
}
# This library in other ways, as columns of their own.
OTHER_COLUMNS = {"cow": ["cow_view_mode"], "binop": ["cow_operators"]}
SIZED = ("strided_write", "deep_copy", "reshape_copy", "take", "mask", "binop", "sum", "overlap")
# item, then twice: offset, rank, shape, strides. The last line is timed on its own.
PAIRS = ("8 0 2 3 4 400 12 4 2 5 5 44 20\n"
         "1 7 3 11 12 9 30 44 1000 9 3 4 5 6 77 1 13\n"
         "1 0 3 1049 1049 1049 36674 61119 85569 64023025 3 1049 1049 1049 12223 12224 1\n")


def run(*arguments):
    return subprocess.run(["bench/peer_cow", *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)


class PeerCowTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.NamedTemporaryFile("w", delete=False) as pairs:
            pairs.write(PAIRS)
        cls.addClassCleanup(os.unlink, pairs.name)
        cls.pairs = pairs.name

    def rows(self, *arguments):
        done = run("--small", "1", "--reps", "3", "--secs", "0.0001", "--pairs", self.pairs,
                   *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def check(self, row, workload):
        self.assertEqual(row["workload"], workload)
        self.assertEqual(row["build"], "native")
        self.assertNotIn("skip", row)
        self.assertEqual(row["size"],
                         "S" if workload in SIZED else "1MB" if workload == "cow" else "-")
        key = "gb_s" if workload in ("deep_copy", "reshape_copy") else "ns_per_item"
        samples = sorted(row["samples"], reverse=key == "gb_s")
        self.assertEqual(row["reps"], len(samples))
        self.assertGreater(min(samples), 0)
        self.assertEqual(row[key], samples[0])
        self.assertEqual(row[key + "_median"], samples[len(samples) // 2])
        self.assertGreater(row["n"], 0)
        self.assertEqual(row.get("correct"), True if workload == "overlap" else None)

    def test_each_workload(self):
        for workload, variants in VARIANTS.items():
            with self.subTest(workload):
                rows = self.rows("--only", workload, "--build", "native")
                peers = ("cow", *OTHER_COLUMNS.get(workload, ()))
                self.assertEqual(sorted((row["peer"], row["variant"]) for row in rows),
                                 sorted((peer, name) for peer in peers for name in variants))
                for row in rows:
                    with self.subTest(row["variant"]):
                        self.check(row, workload)

    def test_hard_pairs_may_be_missing(self):
        rows = self.rows("--only", "shares", "--pairs", "no such file")
        self.assertEqual([row["variant"] for row in rows], VARIANTS["shares"][:3])

    def test_bad_options(self):
        done = run("--onyl", "sum")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("--onyl", done.stderr)


if __name__ == "__main__":
    unittest.main()
