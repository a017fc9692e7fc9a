"""Charts of measurements as SVG text: lines, sorted bars, dots in rows.

    line_chart("Copies", Axis("bytes", base=2, text=bytes_text), Axis("time", text=time_text),
               {"memcpy": [(1024, 20.0), (8192, 110.0)], "view": [(1024, 9.0), (8192, 9.0)]})

Axes are logarithmic unless told otherwise. The background is white, so that a page of any colour
shows them; numbers may be of any size, and on a logarithmic axis must be greater than 0.
"""

import dataclasses
import math
import typing
import xml.etree.ElementTree as xml

COLOURS = ("#1f6fb4", "#d9480f", "#2b8a3e", "#8339a8", "#b8860b", "#0c8599", "#c2255c", "#5c6370",
           "#74b816", "#7b4b32", "#4263eb", "#e8590c")
DASHES = ("", "7 4", "2 3")
INK, SOFT, GRID = "#222222", "#666666", "#dddddd"
TEXT_SIZE, TITLE_SIZE = 12, 16


def plain_text(value):
    if abs(value) < 1e4:
        return f"{value:.4g}" if abs(value) >= 1000 else f"{value:.3g}"
    for power, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= power:
            return f"{value / power:.3g}{letter}"


def scaled_text(value, step, units):
    for power, unit in reversed(list(enumerate(units))):
        if abs(value) >= step**power or power == 0:
            return f"{value / step**power:.3g} {unit}"


def time_text(nanoseconds):
    return scaled_text(nanoseconds, 1000, ("ns", "µs", "ms", "s"))


def bytes_text(count):
    return scaled_text(count, 1024, ("B", "KiB", "MiB", "GiB", "TiB"))


@dataclasses.dataclass
class Axis:
    """What is along an axis: its label, with the unit, and how its numbers are written."""

    label: str
    log: bool = True
    base: int = 10  # ticks of a logarithmic axis are powers of it
    text: typing.Callable[[float], str] = plain_text


class Scale:
    """Numbers of `values`' range to pixels from `start` to `end`, with round ticks."""

    def __init__(self, axis, values, start, end, most_ticks=10):
        if axis.log and min(values) <= 0:
            raise ValueError(f"{axis.label}: a logarithmic axis cannot show {min(values)}")
        self.axis, self.start, self.end = axis, start, end
        low, high = min(values), max(values)
        if axis.log:
            low, high = (low / 1.25, high * 1.25) if axis.base == 10 else (low, high)
            if high < 2 * low:
                low, high = low / 2, high * 2
        else:
            low = min(low, 0)
            high = high * 1.05 if high > low else low + 1
        self.low, self.high = low, high
        self.ticks = self.log_ticks(most_ticks) if axis.log else self.linear_ticks(most_ticks)

    def __call__(self, value):
        low, high = self.low, self.high
        if self.axis.log:
            value, low, high = math.log(value), math.log(low), math.log(high)
        return self.start + (self.end - self.start) * (value - low) / (high - low)

    def log_ticks(self, most):
        base = self.axis.base
        first = math.ceil(math.log(self.low, base) - 1e-9)
        last = math.floor(math.log(self.high, base) + 1e-9)
        every = max(1, math.ceil((last - first + 1) / most))
        ticks = [float(base) ** power for power in range(first, last + 1, every)]
        if base == 10 and len(ticks) < 4:
            ticks = [digit * 10.0**power for power in range(first - 1, last + 1)
                     for digit in (1, 2, 5)]
        return [tick for tick in ticks if self.low * 0.999999 <= tick <= self.high * 1.000001]

    def linear_ticks(self, most):
        rough = (self.high - self.low) / most
        magnitude = 10.0 ** math.floor(math.log10(rough))
        step = next(digit * magnitude for digit in (1, 2, 5, 10) if digit * magnitude >= rough)
        first = math.ceil(self.low / step)
        return [step * i for i in range(first, math.floor(self.high / step + 1e-9) + 1)]


class Drawing:
    """The elements of one SVG document."""

    def __init__(self, width, height, title, subtitle):
        self.root = xml.Element("svg", {
            "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}",
            "width": str(width), "height": str(height),
            "font-family": "Helvetica, Arial, sans-serif", "font-size": str(TEXT_SIZE)})
        self.rect(0, 0, width, height, "white")
        self.text(16, 26, title, **{"font-size": TITLE_SIZE, "font-weight": "bold"})
        self.text(16, 44, subtitle, fill=SOFT)

    def add(self, tag, **attributes):
        element = xml.SubElement(self.root, tag)
        for name, value in attributes.items():
            element.set(name.replace("_", "-"),
                        f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float)
                        else str(value))
        return element

    def rect(self, x, y, width, height, fill, **more):
        return self.add("rect", x=float(x), y=float(y), width=float(width), height=float(height),
                        fill=fill, **more)

    def line(self, x1, y1, x2, y2, stroke=GRID, **more):
        return self.add("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2),
                        stroke=stroke, **more)

    def text(self, x, y, text, fill=INK, anchor="start", **more):
        element = self.add("text", x=float(x), y=float(y), fill=fill, text_anchor=anchor, **more)
        element.text = text

    def mark(self, x, y, number, colour, size=4.0, hollow=False):
        """A dot: its shape, too, tells the series from others."""
        filled = ({"fill": "white", "stroke": colour, "stroke_width": 2} if hollow
                  else {"fill": colour, "stroke": "white", "stroke_width": 1})
        if number % 4 == 0:
            self.add("circle", cx=float(x), cy=float(y), r=float(size), **filled)
        elif number % 4 == 1:
            self.rect(x - size, y - size, 2 * size, 2 * size, **filled)
        else:
            up = 1.3 * size if number % 4 == 2 else -1.3 * size
            corners = [(x - 1.2 * size, y + up * 0.8), (x + 1.2 * size, y + up * 0.8), (x, y - up)]
            self.add("polygon", points=points_text(corners), **filled)

    def x_axis(self, scale, top, bottom):
        for tick in scale.ticks:
            self.line(scale(tick), top, scale(tick), bottom)
            self.text(scale(tick), bottom + 16, scale.axis.text(tick), SOFT, "middle",
                      **{"class": "x-tick"})
        self.text((scale.start + scale.end) / 2, bottom + 36, scale.axis.label, anchor="middle")

    def y_axis(self, scale, left, right):
        for tick in scale.ticks:
            self.line(left, scale(tick), right, scale(tick))
            self.text(left - 6, scale(tick) + 4, scale.axis.text(tick), SOFT, "end",
                      **{"class": "y-tick"})
        middle = (scale.start + scale.end) / 2
        self.text(16, middle, scale.axis.label, anchor="middle",
                  transform=f"rotate(-90 16 {middle:.0f})")

    def document(self):
        return xml.tostring(self.root, encoding="unicode") + "\n"


def points_text(points):
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def text_width(texts):
    return max((len(text) for text in texts), default=0) * TEXT_SIZE * 0.58


def line_chart(title, x_axis, y_axis, series, subtitle=""):
    """`series`: name -> points (x, y). One line each; the legend is ordered as they end."""
    width, height, left, top, bottom = 900, 520, 84, 62, 470
    right = width - 48 - text_width(series)
    drawing = Drawing(width, height, title, subtitle)
    points = [point for line in series.values() for point in line]
    x = Scale(x_axis, [point[0] for point in points], left, right)
    y = Scale(y_axis, [point[1] for point in points], bottom, top)
    drawing.x_axis(x, top, bottom)
    drawing.y_axis(y, left, right)
    for number, (name, line) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        placed = [(x(a), y(b)) for a, b in sorted(line)]
        drawing.add("polyline", points=points_text(placed), fill="none", stroke=colour,
                    stroke_width=2, stroke_dasharray=DASHES[number // 4 % len(DASHES)] or "none")
        for a, b in placed:
            drawing.mark(a, b, number, colour)
    # Beside the lines' ends, as far as there is room.
    at = top
    ends = sorted((y(max(line)[1]), number, name) for number, (name, line)
                  in enumerate(series.items()))
    for place, (end, number, name) in enumerate(ends):
        at = max(at, min(end, bottom - 18 * (len(ends) - 1 - place)))
        colour = COLOURS[number % len(COLOURS)]
        drawing.mark(right + 16, at, number, colour)
        drawing.text(right + 28, at + 4, name, colour, **{"class": "legend"})
        at += 18
    return drawing.document()


def bar_chart(title, axis, panels, highlight="", least_first=True, subtitle="", columns=3):
    """`panels`: title -> {name: value}, drawn as bars in the order of their values, the best above.

    `highlight` names the bar that stands out; `least_first`: less is better.
    """
    columns = min(columns, len(panels))
    panel_width, bar = 300, 17
    most = max(len(values) for values in panels.values())
    panel_height = 46 + bar * most
    rows = math.ceil(len(panels) / columns)
    drawing = Drawing(columns * panel_width + 32, rows * panel_height + 66, title,
                      subtitle or axis.label)
    names = text_width(name for values in panels.values() for name in values)
    for place, (heading, values) in enumerate(panels.items()):
        left = 16 + place % columns * panel_width
        top = 62 + place // columns * panel_height
        drawing.text(left, top + 12, heading, **{"font-weight": "bold"})
        start = left + names + 6
        scale = Scale(dataclasses.replace(axis, log=False), values.values(), start,
                      left + panel_width - 70)
        ordered = sorted(values.items(), key=lambda item: item[1], reverse=not least_first)
        for i, (name, value) in enumerate(ordered):
            y = top + 22 + i * bar
            own = name == highlight
            drawing.text(start - 6, y + 11, name, INK if own else SOFT, "end",
                         **{"font-weight": "bold" if own else "normal", "class": "bar-name"})
            drawing.rect(start, y, max(1, scale(value) - start), bar - 4,
                         COLOURS[1] if own else "#9db4c8", **{"class": "bar"})
            drawing.text(scale(value) + 5, y + 11, axis.text(value), SOFT)
    return drawing.document()


def dot_chart(title, axis, rows, series, line_at=None, subtitle="", hollow=()):
    """`rows`: name -> {series: value}: a row of dots each, one dot a series, on one common axis.

    `series` are the names in the order of the legend; `line_at` is where a line across is drawn.
    The dots of the series in `hollow` are outlines.
    """
    row, left = 22, 32 + text_width(rows)
    legend_width = text_width(series) + 40
    width = left + 560 + legend_width
    top, bottom, right = 66, 66 + row * len(rows), left + 540
    drawing = Drawing(width, max(bottom + 50, top + 18 * len(series) + 20), title, subtitle)
    values = [value for dots in rows.values() for value in dots.values()]
    scale = Scale(axis, values + ([line_at] if line_at else []), left, right)
    for i in range(0, len(rows), 2):
        drawing.rect(left, top + i * row, right - left, row, "#f6f7f9")
    drawing.x_axis(scale, top, bottom)
    if line_at:
        drawing.line(scale(line_at), top - 6, scale(line_at), bottom + 4, INK, stroke_width=1.5)
    for i, (name, dots) in enumerate(rows.items()):
        y = top + (i + 0.5) * row
        drawing.text(left - 10, y + 4, name, anchor="end", **{"class": "row-name"})
        for number, one in enumerate(series):
            if one in dots:
                drawing.mark(scale(dots[one]), y, number, COLOURS[number % len(COLOURS)], 4.5,
                             one in hollow)
    for number, one in enumerate(series):
        y, colour = top + 8 + 18 * number, COLOURS[number % len(COLOURS)]
        drawing.mark(right + 24, y, number, colour, 4.5, one in hollow)
        drawing.text(right + 36, y + 4, one, colour, **{"class": "legend"})
    return drawing.document()
