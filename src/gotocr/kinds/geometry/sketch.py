"""A figure while it is thought up: lines at any scale, marks and names that keep their size on paper, then made one figure."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...draw.figure import DOT, Figure, Label, Line, Path, Pen, Step
from .canonical import canonical, fitted, ordered, reach

PLAIN, SOLID = Pen(), Pen(fill=True)
Size = Callable[[str], tuple[float, float]]  # width and height of a label's ink, in centimetres
TURNS = tuple(cmath.exp(2j * math.pi * k / 16) for k in range(16))


def pair(z: complex) -> tuple[float, float]:
    return (z.real, z.imag)


@dataclass
class Sketch:
    """Paths at the thinker's scale; `marks` and `names` wait until it is known how large the figure is."""

    arcs: bool = False  # right angles as an arc with a point
    paths: list[Path] = field(default_factory=list)
    marks: list[tuple[Callable[[complex], list[Path]], complex]] = field(default_factory=list)
    names: list[tuple[complex, str, complex, float]] = field(default_factory=list)  # point, text, direction (0 = free), distance
    dots: list[tuple[complex, Pen]] = field(default_factory=list)

    def line(self, *points: complex, pen: Pen = PLAIN, close: bool = False) -> None:
        steps = tuple(Step("line", pair(p)) for p in points[1:])
        self.paths.append(Path(pair(points[0]), steps + (Step("close"),) * close, pen))

    def shape(self, start: complex, name: str, *numbers: float, pen: Pen = PLAIN) -> None:
        """One step from a point: circle, ellipse, arc, rectangle, grid, parabola ..."""
        self.paths.append(Path(pair(start), (Step(name, tuple(numbers)),), pen))

    def circle(self, centre: complex, radius: float, pen: Pen = PLAIN) -> None:
        self.shape(centre, "circle", radius, pen=pen)

    def steps(self, start: complex, steps: Sequence[Step], pen: Pen = PLAIN) -> None:
        self.paths.append(Path(pair(start), tuple(steps), pen))

    def smooth(self, points: Sequence[complex], pen: Pen = PLAIN) -> None:
        self.shape(points[0], "smooth", *(value for p in points[1:] for value in pair(p)), pen=pen)

    def dot(self, at: complex, pen: Pen = SOLID) -> None:
        self.dots.append((at, pen))

    def name(self, at: complex, text: str, towards: complex = 0j, distance: float = 0.16) -> None:
        """A label beside a point, on the side `towards`, or where there is room; a negative distance = right on it."""
        self.names.append((at, text, towards, distance))

    def angle(self, at: complex, p: complex, q: complex, radius: float = 0.8, count: int = 1, pale: str = "") -> None:
        """An arc or some from the arm to `p` counterclockwise to the arm to `q`, the sector filled where `pale` is a colour."""
        first = math.degrees(cmath.phase(p - at))
        sweep = (math.degrees(cmath.phase(q - at)) - first) % 360

        def mark(spot: complex) -> list[Path]:
            a, b = round(first), round(first + sweep)
            made = [
                Path(pair(spot), (Step("move", (a, radius + 0.2 * k)), Step("arc", (a, b, radius + 0.2 * k, radius + 0.2 * k))))
                for k in range(count)
            ]
            if pale:
                steps = (Step("by", (a, radius)), Step("arc", (a, b, radius, radius)), Step("close"))
                made.append(Path(pair(spot), steps, Pen(True, colour=pale)))
            return made

        self.marks.append((mark, at))

    def right(self, at: complex, p: complex, q: complex, size: float = 0.4) -> None:
        """The square of a right angle between the arms to `p` and `q`; an arc with a point where `arcs`."""
        if self.arcs:
            turn = cmath.phase((q - at) / (p - at))
            self.angle(at, *((p, q) if turn > 0 else (q, p)), size * 1.5)
            self.name(at, "$\\cdot$", (p - at) / abs(p - at) + (q - at) / abs(q - at), size * 0.7)
            return
        a, b = (math.degrees(cmath.phase(z - at)) for z in (p, q))
        a = round(a if (b - a) % 360 < 180 else b)

        def mark(spot: complex) -> list[Path]:
            return [Path(pair(spot), (Step("move", (a, size)), Step("by", (a + 90, size)), Step("by", (a + 180, size))))]

        self.marks.append((mark, at))

    def ticks(self, a: complex, b: complex, count: int = 1, size: float = 0.18) -> None:
        """Short strokes across the middle of a side."""
        along = (b - a) / (abs(b - a) or 1.0)
        turn = round(math.degrees(cmath.phase(along * 1j))) % 180

        def mark(spot: complex) -> list[Path]:
            shifts = [along * 0.16 * (k - (count - 1) / 2) for k in range(count)]
            return [
                Path(pair(spot + shift), (Step("move", (turn, size)), Step("by", (turn + 180, 2 * size)))) for shift in shifts
            ]

        self.marks.append((mark, (a + b) / 2))

    def chevrons(self, a: complex, b: complex, count: int = 1) -> None:
        """Arrow heads on the middle of a side: it is parallel to others with as many."""
        along = (b - a) / (abs(b - a) or 1.0)
        turn = round(math.degrees(cmath.phase(along)))

        def mark(spot: complex) -> list[Path]:
            made = []
            for k in range(count):
                tip = spot + along * (0.22 * (k - (count - 1) / 2) + 0.1)
                # from the end of one barb over the tip to the end of the other
                steps = (Step("move", (turn + 150, 0.3)), Step("by", (turn - 30, 0.3)), Step("by", (turn + 210, 0.3)))
                made.append(Path(pair(tip), steps))
            return made

        self.marks.append((mark, (a + b) / 2))

    def finish(self, size: Size) -> Figure:
        """The figure at its final scale, in canonical form; `size` tells how large a label is."""
        dots = [Path(pair(at), (Step("circle", (DOT,)),), pen) for at, pen in self.dots]
        spots = [spot for _, spot in self.marks] + [entry[0] for entry in self.names]
        scaled = fitted(Figure((*self.paths, *dots), tuple(Label(pair(spot), "") for spot in spots)))
        placed = [complex(*label.at) for label in scaled.labels]
        paths = list(scaled.paths)
        for (mark, _), spot in zip(self.marks, placed, strict=False):
            paths += mark(_near(spot))
        figure = canonical(Figure(tuple(paths)))
        labels = self._labels(figure, placed[len(self.marks) :], size)
        settled = _settled(Figure(figure.paths, tuple(labels)))
        return Figure(figure.paths, ordered(labels)) if settled.paths is figure.paths else canonical(settled)

    def _labels(self, figure: Figure, spots: list[complex], size: Size) -> list[Label]:
        ink = _dense([line for path in figure.paths if not path.pen.fill or path.dot for line in path.lines])
        taken: list[tuple[float, float, float, float]] = []
        found = []
        for spot, (_, text, towards, distance) in zip(spots, self.names, strict=True):
            wide, high = size(text)
            at = spot if distance < 0 else _beside(spot, (wide, high), towards, distance, ink, taken)
            taken.append((at.real - wide / 2, at.imag - high / 2, at.real + wide / 2, at.imag + high / 2))
            found.append(Label(pair(at), text))
        return found


def _near(z: complex) -> complex:
    return complex(round(z.real, 1), round(z.imag, 1))


def _dense(drawn: list[Line]) -> np.ndarray:
    """Points along broken lines, at most 0.25 apart; one far away where there are none."""
    if not drawn:
        return np.array([99 + 99j])
    runs = [[*line.points, line.points[0]] if line.closed else line.points for line in drawn]
    points = np.array([p for run in runs for p in run])
    ways = np.diff(points, append=points[-1])
    ways[np.cumsum([len(run) for run in runs]) - 1] = 0  # from the end of one line to the start of the next
    counts = np.maximum(1, np.ceil(np.abs(ways) / 0.25).astype(int))
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(points, counts) + np.repeat(ways, counts) * steps / np.repeat(counts, counts)


def _beside(spot: complex, size: tuple[float, float], towards: complex, distance: float, ink: np.ndarray, taken: list) -> complex:
    """Where a label of that size stands beside a point: its own side first, then where it covers the least."""
    wide, high = size[0] / 2, size[1] / 2
    own = () if towards == 0 else (towards / abs(towards),)
    turns = np.array([*own, *TURNS] * 2)
    further = np.repeat([0.0, 0.14], len(turns) // 2)
    reach = np.minimum(np.hypot(wide, high), wide / np.maximum(np.abs(turns.real), 1e-6))
    reach = np.minimum(reach, high / np.maximum(np.abs(turns.imag), 1e-6))
    spots = spot + turns * (reach + distance + further)
    near = ink[np.abs(ink - spot) < 2 * (wide + high + distance) + 0.5]
    x, y = spots.real[:, None], spots.imag[:, None]  # against (places, points) and (places, labels)
    covered = (np.abs(near.real - x) < wide + 0.06) & (np.abs(near.imag - y) < high + 0.06)
    cost = 3.0 * np.count_nonzero(covered, 1) + 4 * further
    if taken:
        left, low, right, top = np.array(taken).T
        clear = (x - wide > right) | (x + wide < left) | (y - high > top) | (y + high < low)
        cost += 12.0 * np.count_nonzero(~clear, 1)
    if own:
        cost += 2.5 * (1 - (turns * own[0].conjugate()).real)
    return complex(spots[int(np.argmin(np.round(cost, 6)))])


def _settled(figure: Figure) -> Figure:
    """Moved by whole steps so that the lower left of its paths is the origin after rounding too."""
    left, low, _, _ = reach(figure)
    return figure if abs(left) < 0.05 and abs(low) < 0.05 else shifted(figure, complex(-round(left, 1), -round(low, 1)))


def shifted(figure: Figure, by: complex) -> Figure:
    """The same figure elsewhere."""
    points = frozenset("line rectangle sin cos parabola smooth".split())

    def step(given: Step) -> Step:
        n = given.numbers
        if given.name == "grid":
            return Step("grid", (n[0] + by.real, n[1] + by.imag, n[2]))
        if given.name in points:
            return Step(given.name, tuple(value + (by.imag if k % 2 else by.real) for k, value in enumerate(n)))
        return given

    paths = tuple(Path((p.start[0] + by.real, p.start[1] + by.imag), tuple(map(step, p.steps)), p.pen) for p in figure.paths)
    return Figure(paths, tuple(Label((label.at[0] + by.real, label.at[1] + by.imag), label.text) for label in figure.labels))
