"""One figure, one truth: lines joined and parted by rule, coordinates on a grid of 0.1, commands in a fixed order.

The longer side of all paths and dots is 10 and their lower left corner the origin; labels do not count. Straight lines of one
pen are cut into the longest straight pieces that the picture shows, then chained where exactly two of their ends meet; a closed
chain is a polygon (clockwise from its top left corner, upright ones as `rectangle`), an open one starts at its top left end.
Lines are `thick` beside thinner ones only. Areas come first, the largest before the others, then the grid, lines, round shapes,
curves, marks, dots and labels, each from top to bottom and from left to right. Read and written again, nothing changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from math import gcd

from ...draw.figure import Figure, Label, Line, Path, Pen, Step, extent
from ...schema import Box

SIDE = 10.0
STEP = 10  # parts of a unit
Spot = tuple[int, int]  # in parts
Segment = tuple[Spot, Spot]

_MAPPED = frozenset("line rectangle grid sin cos parabola smooth".split())  # steps whose numbers are points
_LENGTHS = frozenset("circle ellipse".split())
_LIFTED = frozenset(("move", "by"))


def canonical(figure: Figure) -> Figure:
    """The one way to write a figure; coordinates as they are but rounded."""
    rounded = [_rounded(path) for path in figure.paths]
    if all(path.pen.thick for path in rounded if not path.pen.fill and not path.dot):  # heavy lines are only so beside others
        rounded = [replace(path, pen=replace(path.pen, thick=False)) for path in rounded]
    straight: dict[Pen, list[Segment]] = defaultdict(list)
    others: list[Path] = []
    for path in rounded:
        pieces = _straight(path)
        if pieces is None:
            others.append(_turned(path))
        else:
            straight[path.pen] += pieces
    drawn = [path for pen, pieces in straight.items() for path in _chained(merged(pieces), pen)]
    unique = list(dict.fromkeys([*others, *drawn]))
    return Figure(tuple(sorted(unique, key=_rank)), ordered(figure.labels))


def ordered(labels: Iterable[Label]) -> tuple[Label, ...]:
    """The labels of a figure in canonical form."""
    near = dict.fromkeys(Label((_near(label.at[0]), _near(label.at[1])), label.text) for label in labels)
    return tuple(sorted(near, key=lambda label: (-label.at[1], label.at[0], label.text)))


def fitted(figure: Figure) -> Figure:
    """The figure moved and scaled so that its longer side is 10 and its lower left the origin; labels do not count."""
    left, low, right, high = reach(figure)
    side = max(right - left, high - low)
    scale = SIDE / side if side > 1e-9 else 1.0

    def moved(at: tuple[float, float]) -> tuple[float, float]:
        return ((at[0] - left) * scale, (at[1] - low) * scale)

    def step(given: Step, path: Path) -> Step:
        n = given.numbers
        if given.name == "grid":
            return Step("grid", (*moved((n[0], n[1])), n[2] * scale))
        if given.name in _MAPPED:
            return Step(given.name, tuple(value for k in range(0, len(n), 2) for value in moved((n[k], n[k + 1]))))
        if given.name in _LENGTHS:
            return given if path.dot else Step(given.name, tuple(value * scale for value in n))
        if given.name in _LIFTED:
            return Step(given.name, (n[0], n[1] * scale))
        if given.name == "arc":
            return Step("arc", (n[0], n[1], n[2] * scale, n[3] * scale))
        return given

    paths = tuple(Path(moved(path.start), tuple(step(given, path) for given in path.steps), path.pen) for path in figure.paths)
    return Figure(paths, tuple(Label(moved(label.at), label.text) for label in figure.labels))


def reach(figure: Figure) -> Box:
    """(left, low, right, high) of paths and of the middles of dots."""
    dots = Line([complex(*path.start) for path in figure.paths if path.dot])
    boxes = [path.box for path in figure.paths if not path.dot and path.lines]
    if dots.points or not boxes:
        boxes.append(extent([dots]))
    lefts, lows, rights, highs = zip(*boxes, strict=True)
    return (min(lefts), min(lows), max(rights), max(highs))


def _near(value: float) -> float:
    return round(value * STEP) / STEP + 0.0


def _rounded(path: Path) -> Path:
    """Lengths and coordinates to a tenth, angles to a degree in 0 to 359, where an arc starts; a radius is never 0."""

    def step(given: Step) -> Step:
        n = given.numbers
        if given.name in _LIFTED:
            return Step(given.name, (float(round(n[0]) % 360), max(_near(n[1]), 1 / STEP)))
        if given.name == "arc":
            start = round(n[0]) % 360
            sweep = round(n[1]) - round(n[0]) or 1
            return Step("arc", (float(start), float(start + sweep), max(_near(n[2]), 1 / STEP), max(_near(n[3]), 1 / STEP)))
        if given.name in _LENGTHS:
            return Step(given.name, tuple(max(_near(value), 1 / STEP) for value in n))
        return Step(given.name, tuple(_near(value) for value in n))

    return Path((_near(path.start[0]), _near(path.start[1])), tuple(step(given) for given in path.steps), path.pen)


def _spot(x: float, y: float) -> Spot:
    return (round(x * STEP), round(y * STEP))


def _straight(path: Path) -> list[Segment] | None:
    """The straight pieces of a path that has no others; None for other paths, areas and arrows."""
    if path.pen.fill or path.pen.arrow or any(step.name not in ("line", "close", "rectangle") for step in path.steps):
        return None
    here = first = _spot(*path.start)
    found = []
    for step in path.steps:
        if step.name == "rectangle":
            a, b = here, _spot(*step.numbers)
            corners = [a, (b[0], a[1]), b, (a[0], b[1])]
            found += [(corners[k], corners[(k + 1) % 4]) for k in range(4)]
            here = first = b
            continue
        to = first if step.name == "close" else _spot(*step.numbers)
        found.append((here, to))
        here = to
    return [(a, b) for a, b in found if a != b]


def _turned(path: Path) -> Path:
    """An area with straight sides from its top left corner, clockwise; other paths as they are."""
    if (
        not path.pen.fill
        or len(path.steps) < 3
        or path.steps[-1].name != "close"
        or any(step.name != "line" for step in path.steps[:-1])
    ):
        return path
    corners = [_spot(*path.start), *(_spot(*step.numbers) for step in path.steps[:-1])]
    distinct = [spot for n, spot in enumerate(corners) if spot != corners[n - 1]]
    return _polygon(distinct, path.pen, True) if len(distinct) > 2 else path


def merged(pieces: Iterable[Segment]) -> list[Segment]:
    """The longest straight pieces that together cover the same points: what lies on one line and touches is one."""
    on_line: dict[tuple[int, int, int], list[tuple[int, int]]] = defaultdict(list)
    for (x0, y0), (x1, y1) in pieces:
        dx, dy = x1 - x0, y1 - y0
        common = gcd(dx, dy) * (-1 if (dx, dy) < (0, 0) else 1)
        dx, dy = dx // common, dy // common
        key = (dx, dy, dx * y0 - dy * x0)
        along = sorted((dx * x0 + dy * y0, dx * x1 + dy * y1))
        on_line[key].append((along[0], along[1]))
    found = []
    for (dx, dy, offset), spans in on_line.items():
        square = dx * dx + dy * dy

        def at(t: int, dx: int = dx, dy: int = dy, offset: int = offset, square: int = square) -> Spot:
            return ((t * dx - offset * dy) // square, (t * dy + offset * dx) // square)

        start, stop = None, None
        for low, high in sorted(spans):
            if start is not None and low <= stop:
                stop = max(stop, high)
                continue
            if start is not None:
                found.append((at(start), at(stop)))
            start, stop = low, high
        found.append((at(start), at(stop)))
    return sorted(found)


def _chained(pieces: list[Segment], pen: Pen) -> list[Path]:
    """Paths through the spots where exactly two ends meet."""
    ends: dict[Spot, list[int]] = defaultdict(list)
    for n, (a, b) in enumerate(pieces):
        ends[a].append(n)
        ends[b].append(n)
    left = set(range(len(pieces)))

    def follow(spot: Spot, n: int) -> list[Spot]:
        run = [spot]
        while n in left:
            left.discard(n)
            a, b = pieces[n]
            run.append(b if run[-1] == a else a)
            if len(ends[run[-1]]) != 2:
                break
            n = next((other for other in ends[run[-1]] if other != n), n)
        return run

    runs = [follow(spot, n) for spot in sorted(ends) if len(ends[spot]) != 2 for n in ends[spot] if n in left]
    runs += [follow(pieces[n][0], n) for n in range(len(pieces)) if n in left]
    return [_polygon(run[:-1], pen, len(ends[run[0]]) == 2) if run[0] == run[-1] else _open(run, pen) for run in runs]


def _top_left(spot: Spot) -> tuple[int, int]:
    return (-spot[1], spot[0])


def _open(run: list[Spot], pen: Pen) -> Path:
    run = run if _top_left(run[0]) <= _top_left(run[-1]) else run[::-1]
    return Path(_point(run[0]), tuple(Step("line", _point(spot)) for spot in run[1:]), pen)


def _polygon(corners: list[Spot], pen: Pen, free: bool) -> Path:
    """A closed chain, clockwise; from its top left corner where it is `free` of other lines, else from the joint."""
    twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, [*corners[1:], corners[0]], strict=True))
    if twice > 0:
        corners = [corners[0], *corners[:0:-1]]
    xs, ys = {x for x, _ in corners}, {y for _, y in corners}
    if len(corners) == 4 and len(xs) == len(ys) == 2 and free:
        return Path(_point((min(xs), min(ys))), (Step("rectangle", _point((max(xs), max(ys)))),), pen)
    first = min(range(len(corners)), key=lambda n: _top_left(corners[n])) if free else 0
    turned = corners[first:] + corners[:first]
    return Path(_point(turned[0]), (*(Step("line", _point(spot)) for spot in turned[1:]), Step("close")), pen)


def _point(spot: Spot) -> tuple[float, float]:
    return (spot[0] / STEP, spot[1] / STEP)


def _rank(path: Path) -> tuple[object, ...]:
    """Where a path stands among others."""
    names = {step.name for step in path.steps}
    if path.dot:
        group = 6
    elif path.pen.fill:
        group = 0
    elif "grid" in names:
        group = 1
    elif names & _LIFTED:
        group = 5
    elif names <= {"line", "close", "rectangle"}:
        group = 2
    else:
        group = 3 if names & _LENGTHS else 4
    left, _, _, high = path.box
    size = -round(sum(map(_area, path.lines)), 3) if group == 0 else 0.0
    pen = path.pen
    return (
        group,
        size,
        -round(high, 2),
        round(left, 2),
        -path.start[1],
        path.start[0],
        str(path.steps),
        pen.colour,
        pen.dash,
        pen.arrow,
        pen.thick,
    )


def _area(line: object) -> float:
    points = line.points
    return abs(sum((a.conjugate() * b).imag for a, b in zip(points, [*points[1:], points[0]], strict=True))) / 2
