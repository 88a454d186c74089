"""Figures on axes: curves of functions, areas under them, points and lines of coordinates, vectors, number lines."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable

from ...draw.figure import Pen, Step
from .sketch import Sketch, pair
from .taste import Taste

HALF_SPAN = 5  # steps of the grid to each side, at most


class Axes:
    """Axes on a sketch: so many units left, right, below and above the origin."""

    def __init__(self, sketch: Sketch, taste: Taste) -> None:
        rng = taste.rng
        self.sketch, self.taste = sketch, taste
        across = int(rng.choice([4, 5, 5, 10]))
        high = max(3, min(across, int(rng.integers(across // 2, across + 1))))
        quadrant = taste.chance(0.35)
        self.left = 0 if quadrant else int(rng.integers(1, across))
        self.low = 0 if quadrant else int(rng.integers(1, high))
        self.right, self.high = across - self.left, high - self.low
        if taste.chance(0.3):
            self.left, self.right, self.low, self.high = self.low, self.high, self.left, self.right

    def draw(self) -> None:
        sketch, taste, rng = self.sketch, self.taste, self.taste.rng
        pen = Pen(arrow="->") if taste.chance(0.8) else Pen(arrow="<->") if taste.chance(0.4) else Pen()
        gridded = taste.chance(0.4)
        if gridded:
            sketch.shape(complex(-self.left, -self.low), "grid", self.right, self.high, 1.0, pen=Pen(colour="gray"))
        sketch.line(complex(-self.left), complex(self.right), pen=pen)
        sketch.line(complex(0, -self.low), complex(0, self.high), pen=pen)
        letters = ("$x$", "$y$") if taste.chance(0.8) else ("$t$", "$s$") if taste.chance(0.5) else ("$n$", "$a$")
        if taste.chance(0.85):
            sketch.name(complex(self.right), letters[0], 1 - 0.6j, 0.12)
            sketch.name(complex(0, self.high), letters[1], 1j - 0.6, 0.12)
        if taste.chance(0.35):
            sketch.name(0j, "$O$" if taste.chance(0.6) else "$0$", -1 - 1j, 0.12)
        if not taste.chance(0.6):
            return
        numbered, every = (
            taste.chance(0.75),
            int(rng.integers(1, 3)) if max(self.right + self.left, self.high + self.low) < 9 else 2,
        )
        for axis, (start, stop) in ((1, (-self.left, self.right)), (1j, (-self.low, self.high))):
            for k in range(start + 1, stop):
                if k == 0 or k % every:
                    continue
                if not gridded:
                    self._tick(axis * k, axis)
                if numbered:
                    sketch.name(axis * k, f"${k}$", -1j if axis == 1 else -1 + 0j, 0.16)

    def _tick(self, at: complex, axis: complex) -> None:
        from ...draw.figure import Path

        def mark(spot: complex) -> list[Path]:
            return [Path(pair(spot - axis * 0.1j), (Step("line", pair(spot + axis * 0.1j)),))]

        self.sketch.marks.append((mark, at))

    def clip(self, f: Callable[[float], float], start: float, stop: float) -> list[complex]:
        """Points of a function within the axes, half a unit apart."""
        found: list[complex] = []
        x = start
        while x <= stop + 1e-9:
            y = f(x)
            if -self.low <= y <= self.high:
                found.append(complex(x, y))
            elif found:
                break
            x += 0.5
        return found


def _functions(taste: Taste, axes: Axes) -> list[tuple[Callable[[float], float], str]]:
    """Functions that fit, with the names a book gives them."""
    a, b, c = (float(value) for value in taste.rng.uniform((0.4, -1.5, 0.2), (1.6, 1.5, 1.2)))
    sign = 1 if taste.chance(0.6) else -1
    return [
        (lambda x: sign * a * x / 2 + b, "y=mx+b"), (lambda x: sign * a * x / 2 + b, "g"),
        (lambda x: c * math.exp(sign * a * 0.6 * x), "e^x"),
        (lambda x: a * math.log(x) if x > 0.05 else 99.0, "\\ell"), (lambda x: sign * c * x * x * x / 8 - a * x / 2, "f"),
        (lambda x: a / x if x > 0.2 else 99.0, "h"), (lambda x: c * math.sqrt(x) * 1.5 if x >= 0 else 99.0, "f"),
        (lambda x: sign * a * math.sin(1.1 * x) + b / 2, "f"), (lambda x: 2 * c * math.exp(-((x - b) ** 2)), "f"),
        (lambda x: a * abs(x - b) - 0.5, "f"),
    ]  # fmt: skip


def curves(taste: Taste) -> Sketch:
    """One or two curves on axes."""
    sketch = Sketch(taste.arcs)
    axes = Axes(sketch, taste)
    axes.draw()
    drawn = 0
    for _ in range(int(taste.rng.integers(1, 3)) + 4):
        kind = taste.rng.random()
        pen = taste.pen(0.7, thick=taste.chance(0.35), dash="dashed" if taste.chance(0.08) else "")
        if kind < 0.25:
            end = _parabola(sketch, taste, axes, pen)
        elif kind < 0.4:
            end = _wave(sketch, taste, axes, pen)
        else:
            f, name = _functions(taste, axes)[int(taste.rng.integers(10))]
            points = axes.clip(f, -axes.left, axes.right)
            end = points[-1] if len(points) > 3 else None
            if end is not None and name == "y=mx+b":
                sketch.line(points[0], points[-1], pen=pen)
            elif end is not None:
                sketch.smooth(points, pen)
        if end is None:
            continue
        drawn += 1
        if taste.names and taste.chance(0.6):
            sketch.name(end, taste.rng.choice(["$f$", "$g$", "$f(x)$", "$y=f(x)$", "$C$", "$y=g(x)$", "$K$"]))
        if drawn == 2 or taste.chance(0.6):
            break
    if taste.chance(0.4):
        _points(sketch, taste, axes, int(taste.rng.integers(1, 4)))
    return sketch


def _parabola(sketch: Sketch, taste: Taste, axes: Axes, pen: Pen) -> complex | None:
    rng, sign = taste.rng, 1 if taste.chance(0.6) else -1
    x, y = rng.uniform(-axes.left * 0.6, axes.right * 0.6), rng.uniform(-axes.low, axes.high) * 0.6
    room = axes.high - y if sign > 0 else axes.low + y
    reach = min(axes.right - x, axes.left + x, rng.uniform(0.8, 2.5))
    if room < 0.8 or reach < 0.6:
        return None
    top = y + sign * room * rng.uniform(0.6, 1.0)
    sketch.shape(complex(x - reach, top), "parabola", x, y, x + reach, top, pen=pen)
    return complex(x + reach, top)


def _wave(sketch: Sketch, taste: Taste, axes: Axes, pen: Pen) -> complex | None:
    """A sine or cosine by quarters, each from a zero to a top or back."""
    quarter = float(taste.rng.uniform(0.6, 1.6))
    high = min(axes.high, axes.low or axes.high, 3) * taste.rng.uniform(0.4, 0.95)
    count = int((axes.left + axes.right) / quarter)
    if high < 0.4 or count < 2:
        return None
    down = axes.low > 0.5
    count = min(count, 12) if down else 2
    steps, at = [], complex(-axes.left, 0)
    start, sign, x = at, 1, at.real
    for k in range(count):
        x += quarter
        if k % 2 == 0:
            steps.append(Step("sin", (x, sign * high)))
        else:
            steps.append(Step("cos", (x, 0.0)))
            sign = -sign
    sketch.steps(start, steps, pen)
    return complex(steps[-1].numbers[0], steps[-1].numbers[1])


def _points(sketch: Sketch, taste: Taste, axes: Axes, count: int) -> None:
    for _ in range(count):
        x = round(taste.rng.uniform(-axes.left + 0.5, axes.right - 0.5) * 2) / 2
        y = round(taste.rng.uniform(-axes.low + 0.5, axes.high - 0.5) * 2) / 2
        at = complex(x, y)
        sketch.dot(at)
        if taste.chance(0.4):
            sketch.line(complex(x), at, complex(0, y), pen=Pen(dash="dashed" if taste.chance(0.7) else "dotted"))
        if taste.names:
            text = taste.point() if taste.chance(0.6) else f"$({x:g},{y:g})$"
            sketch.name(at, text, 0j, 0.2)


def area(taste: Taste) -> Sketch:
    """The area under a curve between two places."""
    sketch = Sketch(taste.arcs)
    top, count = float(taste.rng.uniform(2.2, 3.5)), int(taste.rng.integers(6, 9))
    a, phase = float(taste.rng.uniform(0.25, 0.8)), float(taste.rng.uniform(0, 6))
    points = [complex(0.5 + k * 0.6, top / 1.6 + a * math.sin(k * 0.7 + phase) * top / 3) for k in range(count)]
    right = points[-1].real + 0.8
    first, last = 1, count - 2
    pale = f"{taste.hue if taste.coloured else 'gray'}!30"
    inner = points[first : last + 1]
    sketch.line(complex(inner[0].real), *inner, complex(inner[-1].real), pen=Pen(True, colour=pale), close=True)
    sketch.line(0j, complex(right), pen=Pen(arrow="->"))
    sketch.line(0j, complex(0, top * 1.15), pen=Pen(arrow="->"))
    sketch.smooth(points, taste.pen(0.6, thick=taste.chance(0.4)))
    for at, name in ((inner[0], "$a$"), (inner[-1], "$b$")):
        sketch.line(complex(at.real), at, pen=Pen(dash="dashed") if taste.chance(0.6) else Pen())
        sketch.name(complex(at.real), name, -1j)
    sketch.name(complex(right), "$x$", 1 - 0.7j)
    sketch.name(complex(0, top * 1.15), "$y$", 1j - 0.7)
    if taste.chance(0.5):
        sketch.name(points[-1], "$f(x)$")
    return sketch


def coordinates(taste: Taste) -> Sketch:
    """Points, a segment or a polygon on axes."""
    sketch = Sketch(taste.arcs)
    axes = Axes(sketch, taste)
    axes.draw()
    if taste.chance(0.5):
        _points(sketch, taste, axes, int(taste.rng.integers(2, 6)))
        return sketch
    spots = [
        complex(int(taste.rng.integers(-axes.left, axes.right + 1)), int(taste.rng.integers(-axes.low, axes.high + 1)))
        for _ in range(int(taste.rng.integers(2, 5)))
    ]
    spots = list(dict.fromkeys(spots))
    if len(spots) > 2:
        middle = sum(spots) / len(spots)
        spots.sort(key=lambda z: cmath.phase(z - middle + 1e-6))
    if len(spots) > 1:
        sketch.line(*spots, pen=taste.pen(0.7), close=len(spots) > 2)
    for at in spots:
        sketch.dot(at)
        if taste.names:
            sketch.name(at, taste.point(), 0j, 0.2)
    return sketch


def vectors(taste: Taste) -> Sketch:
    """Arrows from one point, their sum, or a chain of them, on axes or free."""
    sketch, rng = Sketch(taste.arcs), taste.rng
    names = (
        ["$u$", "$v$", "$w$"] if taste.chance(0.5) else ["$a$", "$b$", "$c$"] if taste.chance(0.5) else ["$F_1$", "$F_2$", "$F$"]
    )
    u = complex(rng.uniform(0.8, 1.4), rng.uniform(-0.2, 0.4))
    v = complex(rng.uniform(-0.1, 0.6), rng.uniform(0.6, 1.1))
    if taste.chance(0.3):
        axes = Pen(arrow="->")
        sketch.line(complex(-0.4, 0), complex(2.1, 0), pen=axes)
        sketch.line(complex(0, -0.5), complex(0, 1.7), pen=axes)
    pen = taste.pen(0.6, arrow="->", thick=taste.chance(0.4))
    sketch.line(0j, u, pen=pen)
    sketch.name(u / 2, names[0], u * -1j, 0.1)
    if taste.chance(0.5):
        sketch.line(0j, v, pen=pen)
        sketch.name(v / 2, names[1], v * 1j, 0.1)
        if taste.chance(0.7):
            aid = taste.aid()
            sketch.line(u, u + v, pen=aid)
            sketch.line(v, u + v, pen=aid)
    else:
        sketch.line(u, u + v, pen=pen)
        sketch.name(u + v / 2, names[1], v * -1j, 0.1)
    if taste.chance(0.8):
        sketch.line(0j, u + v, pen=Pen(arrow="->", colour=taste.other if taste.coloured else "", thick=pen.thick))
        sketch.name((u + v) / 2, names[2] if taste.chance(0.4) else f"{names[0][:-1]}+{names[1][1:]}", (u + v) * 1j, 0.1)
    return sketch


def number_line(taste: Taste) -> Sketch:
    """A line of numbers with marks, points and a stretch of it."""
    sketch, rng = Sketch(taste.arcs), taste.rng
    count, first, step = int(rng.integers(5, 12)), int(rng.integers(-6, 3)), int(rng.choice([1, 1, 1, 2, 5, 10]))
    sketch.line(-0.8 + 0j, complex(count - 0.2), pen=Pen(arrow="->" if taste.chance(0.6) else "<->"))
    axes = Axes(sketch, taste)
    for k in range(count):
        axes._tick(complex(k), 1)
        if taste.chance(0.9):
            sketch.name(complex(k), f"${(first + k) * step}$", -1j, 0.2)
    if taste.chance(0.6):
        a, b = sorted(int(value) for value in rng.choice(count, 2, replace=False))
        sketch.line(complex(a), complex(b), pen=Pen(thick=True, colour=taste.hue if taste.coloured else ""))
        for at in (a, b):
            sketch.dot(complex(at), Pen(fill=taste.chance(0.6)))
    else:
        for _ in range(int(rng.integers(1, 4))):
            at = complex(rng.uniform(0, count - 1))
            sketch.dot(at)
            sketch.name(at, taste.point(), 1j, 0.2)
    return sketch


FIGURES = ((curves, 3.5), (area, 0.8), (coordinates, 1.6), (vectors, 1.2), (number_line, 0.8))
