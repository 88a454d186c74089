"""Plane figures as a few kinds of path and label, where their ink runs, and how it is painted; the words are TikZ's.

Coordinates are x to the right and y up, in centimetres of TikZ, the figure's lower left at the origin.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from ..schema import Box

TENSION = 0.2775 * 0.55  # of smooth plots (pgflibraryplothandlers, TikZ's default tension)
DOT = 0.1  # radius of a dot as written; how large it is painted is a matter of looks
ROUND = 72  # points of a circle
BEZIER = tuple(k / 12 for k in range(1, 13))


@dataclass(frozen=True)
class Pen:
    """How a path is inked: `fill` = the area within, else its line."""

    fill: bool = False
    thick: bool = False
    dash: str = ""  # "", dashed or dotted
    arrow: str = ""  # "", "->", "<-" or "<->"
    colour: str = ""  # "" = the ink of the figure; a pale one ends in !30


@dataclass(frozen=True)
class Step:
    """One operation of a path: line, by, move (polar, relative), sin, cos, parabola, arc, circle, ellipse, rectangle, grid,
    smooth or close, and its numbers as they are written."""

    name: str
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True)
class Path:
    start: tuple[float, float]
    steps: tuple[Step, ...]
    pen: Pen = Pen()

    @property
    def dot(self) -> bool:
        """A point marked by a small disc, or by a small ring where it is only drawn."""
        return len(self.steps) == 1 and self.steps[0].name == "circle" and self.steps[0].numbers == (DOT,)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The path as broken lines; not to be changed, since they are kept."""
        return _broken(self)

    @cached_property
    def box(self) -> Box:
        """(left, low, right, high) around the points of its lines."""
        return extent(self.lines)


@dataclass(frozen=True)
class Label:
    """Text whose ink is centred at a point; `$...$` in it is mathematics."""

    at: tuple[float, float]
    text: str


@dataclass(frozen=True)
class Figure:
    paths: tuple[Path, ...] = ()
    labels: tuple[Label, ...] = ()


@dataclass
class Line:
    """A piece of a flattened path."""

    points: list[complex] = field(default_factory=list)
    closed: bool = False


def lines(path: Path) -> tuple[Line, ...]:
    """The path as broken lines; not to be changed, since they are kept."""
    return path.lines


def _broken(path: Path) -> tuple[Line, ...]:
    here = complex(*path.start)
    found = [Line([here])]
    for step in path.steps:
        name, n = step.name, step.numbers
        run = found[-1].points
        if name == "line":
            run.append(complex(*n))
        elif name == "move":
            run[-1] += cmath.rect(n[1], math.radians(n[0]))
        elif name == "by":
            run.append(run[-1] + cmath.rect(n[1], math.radians(n[0])))
        elif name == "close":
            found[-1].closed = True
            found.append(Line([run[0]]))
        elif name in ("circle", "ellipse"):
            ring = [run[-1] + complex(n[0] * c, n[-1] * s) for c, s in _ring()]
            found += [Line(ring, True), Line([run[-1]])]
        elif name == "rectangle":
            a, b = run[-1], complex(*n)
            found += [Line([a, complex(b.real, a.imag), b, complex(a.real, b.imag)], True), Line([b])]
        elif name == "grid":
            found += [*_grid(run[-1], complex(n[0], n[1]), n[2]), Line([complex(n[0], n[1])])]
        elif name == "smooth":
            run += _smooth([run[-1], *(complex(*n[k : k + 2]) for k in range(0, len(n), 2))])
        else:
            run += list(_curve(name, run[-1], n))
    return tuple(line for line in found if len(line.points) > 1)


@lru_cache(maxsize=1)
def _ring() -> tuple[tuple[float, float], ...]:
    return tuple((math.cos(2 * math.pi * k / ROUND), math.sin(2 * math.pi * k / ROUND)) for k in range(ROUND))


def _grid(a: complex, b: complex, step: float) -> Iterator[Line]:
    """Lines at the multiples of `step` between two corners, as TikZ draws them."""
    left, right, low, high = min(a.real, b.real), max(a.real, b.real), min(a.imag, b.imag), max(a.imag, b.imag)
    step = max(step, (right - left) / 200, (high - low) / 200, 1e-3)
    for k in range(math.ceil(left / step - 1e-6), math.floor(right / step + 1e-6) + 1):
        yield Line([complex(k * step, low), complex(k * step, high)])
    for k in range(math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6) + 1):
        yield Line([complex(left, k * step), complex(right, k * step)])


def _cubic(a: complex, b: complex, c: complex, d: complex) -> Iterator[complex]:
    for t in BEZIER:
        s = 1 - t
        yield a * s**3 + b * 3 * s * s * t + c * 3 * s * t * t + d * t**3


def _curve(name: str, a: complex, n: tuple[float, ...]) -> Iterator[complex]:
    """Points after `a` of a sine, cosine, parabola or arc, with the Bezier handles that pgf gives them."""
    if name == "arc":
        first, last, wide, high = n
        centre = a - complex(wide * math.cos(math.radians(first)), high * math.sin(math.radians(first)))
        count = max(2, math.ceil(abs(last - first) / 5))
        for k in range(1, count + 1):
            turn = math.radians(first + (last - first) * k / count)
            yield centre + complex(wide * math.cos(turn), high * math.sin(turn))
        return

    def handle(at: complex, to: complex, x: float, y: float) -> complex:
        return at + complex(x * (to - at).real, y * (to - at).imag)

    end = complex(n[-2], n[-1])
    if name == "sin":
        yield from _cubic(a, handle(a, end, 0.326, 0.512), handle(a, end, 0.638, 1), end)
    elif name == "cos":
        yield from _cubic(a, handle(a, end, 0.362, 0), handle(a, end, 0.674, 0.488), end)
    else:  # parabola
        bend = complex(n[0], n[1])
        yield from _cubic(a, handle(a, bend, 0.1125, 0.225), handle(a, bend, 0.5, 1), bend)
        yield from _cubic(bend, handle(bend, end, 0.5, 0), handle(bend, end, 0.8875, 0.775), end)


def _smooth(points: Sequence[complex]) -> list[complex]:
    """The curve that `plot[smooth]` lays through points, after the first."""
    found: list[complex] = []
    last = len(points) - 1
    for k in range(last):
        a, b = points[k], points[k + 1]
        out = a + TENSION * (b - points[k - 1]) if k else a
        into = b - TENSION * (points[k + 2] - a) if k + 1 < last else b
        found += _cubic(a, out, into, b)
    return found


def extent(drawn: Sequence[Line]) -> Box:
    """(left, low, right, high) around the points of lines."""
    xs = [p.real for line in drawn for p in line.points]
    ys = [p.imag for line in drawn for p in line.points]
    return (min(xs), min(ys), max(xs), max(ys)) if xs else (0.0, 0.0, 0.0, 0.0)
