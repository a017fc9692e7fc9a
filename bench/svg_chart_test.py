"""Tests of svg_chart: what is drawn is well formed and says what was measured."""

import unittest
import xml.etree.ElementTree as xml

import svg_chart
from svg_chart import Axis

SIZES = [1 << power for power in range(10, 31, 2)]


def elements(document, tag, kind=None):
    found = xml.fromstring(document).iter("{http://www.w3.org/2000/svg}" + tag)
    return [element for element in found if kind in (None, element.get("class"))]


def texts(document, kind):
    return [element.text for element in elements(document, "text", kind)]


def growth(**series):
    return svg_chart.line_chart(
        "Cost & size", Axis("size, bytes", base=2, text=svg_chart.bytes_text),
        Axis("time a call", text=svg_chart.time_text), series)


class LineChartTest(unittest.TestCase):
    def setUp(self):
        self.document = growth(copy=[(size, size / 8) for size in SIZES],
                               view=[(size, 9.5) for size in SIZES])

    def test_one_line_a_series(self):
        lines = elements(self.document, "polyline")
        self.assertEqual(len(lines), 2)
        copy, view = ([tuple(map(float, point.split(","))) for point in line.get("points").split()]
                      for line in lines)
        self.assertEqual(len(copy), len(SIZES))
        self.assertEqual({y for _, y in view}, {view[0][1]}, "a constant is level")
        steps = {round(copy[i][1] - copy[i + 1][1], 0) for i in range(len(copy) - 1)}
        self.assertLessEqual(max(steps) - min(steps), 1, "a power is straight")
        self.assertGreater(min(steps), 0, "more is higher")

    def test_ticks_are_round_and_in_order(self):
        self.assertIn("64 KiB", texts(self.document, "x-tick"))
        self.assertIn("1 ms", texts(self.document, "y-tick"))
        for kind, axis, rising in (("x-tick", "x", True), ("y-tick", "y", False)):
            at = [float(tick.get(axis)) for tick in elements(self.document, "text", kind)]
            self.assertGreaterEqual(len(at), 4)
            self.assertEqual(at, sorted(at, reverse=not rising))

    def test_names_and_units(self):
        self.assertEqual(texts(self.document, "legend"), ["copy", "view"], "as the lines end")
        for text in ("Cost & size", "size, bytes", "time a call"):
            self.assertIn(text, texts(self.document, None))

    def test_ends_of_lines_may_meet(self):
        document = growth(**{name: [(1024, 7.0), (2048, 7.0)] for name in "abcdef"})
        at = [float(text.get("y")) for text in elements(document, "text", "legend")]
        self.assertGreaterEqual(min(b - a for a, b in zip(at, at[1:])), 12)

    def test_names_are_beside_the_ends(self):
        at = {text.text: float(text.get("y")) for text in elements(self.document, "text", "legend")}
        for line, name in zip(elements(self.document, "polyline"), ("copy", "view")):
            end = float(line.get("points").split(",")[-1])
            self.assertAlmostEqual(at[name] - 4, end, delta=18)

    def test_zero_has_no_logarithm(self):
        with self.assertRaisesRegex(ValueError, "time a call"):
            growth(copy=[(1024, 0.0)])

    def test_linear_axis(self):
        document = svg_chart.line_chart("", Axis("rank", log=False), Axis("ns", log=False),
                                        {"view": [(1, 10), (2, 30), (8, 40)]})
        self.assertEqual(texts(document, "y-tick")[:3], ["0", "5", "10"])


class TextTest(unittest.TestCase):
    def test_numbers(self):
        for value, text in ((0.5, "0.5"), (64, "64"), (1000, "1000"), (65536, "65.5k"),
                            (1e6, "1M"), (2e9, "2G")):
            self.assertEqual(svg_chart.plain_text(value), text)
        self.assertEqual(svg_chart.time_text(1500.0), "1.5 µs")
        self.assertEqual(svg_chart.bytes_text(1 << 20), "1 MiB")


class BarChartTest(unittest.TestCase):
    PANELS = {"transpose": {"a": 3.4, "ours": 9.5, "b": 1.2}, "contig": {"a": 6.4, "ours": 5.0}}

    def test_bars_are_sorted_the_best_above(self):
        for least_first, expected in ((False, ["ours", "a", "b", "a", "ours"]),
                                      (True, ["b", "a", "ours", "ours", "a"])):
            document = svg_chart.bar_chart("", Axis("GB/s"), self.PANELS, "ours", least_first)
            self.assertEqual(texts(document, "bar-name"), expected)

    def test_lengths_are_proportional(self):
        document = svg_chart.bar_chart("", Axis("GB/s"), self.PANELS)
        b, a, ours = (float(bar.get("width")) for bar in elements(document, "rect", "bar")[:3])
        self.assertAlmostEqual(a / b, 3.4 / 1.2, 1)
        self.assertAlmostEqual(ours / b, 9.5 / 1.2, 1)


class DotChartTest(unittest.TestCase):
    def test_a_row_each_and_a_dot_each(self):
        document = svg_chart.dot_chart(
            "", Axis("times as long"), {"contig L": {"a": 2.0, "b": 0.5}, "sub S": {"b": 30.0}},
            ["a", "b"], line_at=1)
        self.assertEqual(texts(document, "row-name"), ["contig L", "sub S"])
        self.assertEqual(texts(document, "legend"), ["a", "b"])
        self.assertEqual(len(elements(document, "circle")), 2)  # one dot, one in the legend
        line = [e for e in elements(document, "line") if e.get("stroke") == svg_chart.INK]
        dot = elements(document, "circle")[0]
        self.assertGreater(float(dot.get("cx")), float(line[0].get("x1")), "2 is right of 1")


if __name__ == "__main__":
    unittest.main()
