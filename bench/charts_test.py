"""Tests of what growth.py and view_vs_copy.py make of times."""

import unittest

import google_benchmark
import growth
import view_vs_copy


class MediansTest(unittest.TestCase):
    def test_of_the_rounds_which_take_turns(self):
        order = []
        def program(name, times):
            def run():
                order.append(name)
                return {"case": times.pop(0)}
            return run
        medians = google_benchmark.medians(
            3, {"a": program("a", [9.0, 1.0, 2.0]), "b": program("b", [4.0, 4.0, 8.0])})
        self.assertEqual(order, ["a", "b"] * 3)
        self.assertEqual(medians, {("a", "case"): 2.0, ("b", "case"): 4.0})


class ViewVsCopyTest(unittest.TestCase):
    EAGER = [(1024, 10.0), (2048, 20.0), (4096, 40.0)]

    def test_crossover_is_where_the_lead_begins_that_lasts(self):
        lazy = [(1024, 5.0), (2048, 25.0), (4096, 30.0)]
        self.assertEqual(view_vs_copy.crossover(lazy, self.EAGER), 4096)
        self.assertEqual(view_vs_copy.crossover(self.EAGER, lazy), None)
        self.assertEqual(view_vs_copy.crossover([(x, 1.0) for x, _ in lazy], self.EAGER), 1024)

    def test_cases_become_lines(self):
        uses = view_vs_copy.by_use({"write one/eager copy/2048": 2.0, "make/view/1024": 9.0,
                                    "write one/eager copy/1024": 1.0})
        self.assertEqual(uses, {"write one": {"eager copy": [(2048, 2.0), (1024, 1.0)]},
                                "make": {"view": [(1024, 9.0)]}})

    def test_what_is_printed(self):
        text = view_vs_copy.use_text("write one",
                       {"eager copy": self.EAGER, "copy-on-write": [(x, 15.0) for x in
                                                                    (1024, 2048, 4096)]})
        self.assertIn("| eager copy | 10 ns | 20 ns | 40 ns |", text)
        self.assertIn("from 2 KiB on", text)

    def test_chart_has_a_line_each(self):
        document = view_vs_copy.chart("make", {"view": self.EAGER, "eager copy": self.EAGER})
        self.assertEqual(document.count("<polyline"), 2)


class GrowthTest(unittest.TestCase):
    TIMES = {("off", "size/copy/16"): 10.0, ("off", "size/copy/1600"): 1000.0,
             ("on", "size/make a view/16"): 30.0, ("on", "size/make a view/1600"): 30.0}

    def test_lines_and_table(self):
        lines = growth.lines_of(self.TIMES)
        self.assertEqual(lines[("size", "off")], {"copy": [(16, 10.0), (1600, 1000.0)]})
        text = growth.growth_text(lines)
        self.assertIn("| size | copy | off | 10 ns | 1 µs | 100 | 100 | at most as x |", text)
        self.assertIn("| size | make a view | on | 30 ns | 30 ns | 100 | 1 | not |", text)

    def test_charts_can_be_drawn_of_every_axis(self):
        for axis in growth.AXES:
            document = growth.chart(axis, "off", {"copy": [(1, 10.0), (8, 80.0)]})
            self.assertIn(f"Cost by {axis}", document)


if __name__ == "__main__":
    unittest.main()
