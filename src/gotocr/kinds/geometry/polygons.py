"""Figures of quadrilaterals, polygons, crossing lines and angles."""

from __future__ import annotations

import cmath
import math

from ...draw.figure import Pen
from .circles import rim, spread
from .sketch import Sketch
from .taste import Taste
from .triangles import foot, meet, name_corner


def corners(taste: Taste) -> list[complex]:
    """Four corners, counterclockwise: square, rectangle, rhombus, parallelogram, trapezium, kite or any."""
    rng, kind = taste.rng, int(taste.rng.integers(7))
    h, s = rng.uniform(0.4, 1.1), rng.uniform(0.15, 0.6) * (1 if taste.chance(0.8) else -1)
    if kind == 0:
        return [0j, 1 + 0j, 1 + 1j, 1j]
    if kind == 1:
        return [0j, 1 + 0j, complex(1, h * 0.8), complex(0, h * 0.8)]
    if kind == 2:
        turn = cmath.exp(1j * math.radians(rng.uniform(40, 80)))
        return [0j, 1 + 0j, 1 + turn, turn]
    if kind == 3:
        return [0j, 1 + 0j, complex(1 + s, h), complex(s, h)]
    if kind == 4:
        t = rng.uniform(0.3, 0.75)
        lean = rng.uniform(0, 1 - t) if taste.chance(0.5) else (1 - t) / 2
        return [0j, 1 + 0j, complex(lean + t, h), complex(lean, h)]
    if kind == 5:
        return [complex(0, -rng.uniform(0.7, 1.3)), complex(0.6, 0), complex(0, rng.uniform(0.3, 0.6)), complex(-0.6, 0)]
    return [rim(turn) * rng.uniform(0.7, 1.1) for turn in spread(taste, 4, 45)]


def quadrilateral(taste: Taste) -> Sketch:
    """One with names, sides, diagonals, heights, marks, or the middles of its sides."""
    sketch, spots = Sketch(taste.arcs), corners(taste)
    middle = sum(spots) / 4
    if pale := taste.pale():
        sketch.line(*spots, pen=Pen(True, colour=pale), close=True)
    elif taste.filled:
        sketch.line(
            spots[0], spots[1], spots[3], pen=Pen(True, colour=f"{taste.hue if taste.coloured else 'gray'}!30"), close=True
        )
    sketch.line(*spots, pen=taste.pen(thick=taste.chance(0.1)), close=True)
    _tell(sketch, taste, spots, middle)
    kind = taste.rng.random()
    if kind < 0.35:
        pen = taste.aid()
        sketch.line(spots[0], spots[2], pen=pen)
        if taste.chance(0.75):
            sketch.line(spots[1], spots[3], pen=pen)
            if taste.names and taste.chance(0.6):
                name_corner(sketch, taste, meet(spots[0], spots[2], spots[1], spots[3]), 0j)
    elif kind < 0.5:
        end = foot(spots[3], spots[0], spots[1])
        if 0.08 < ((end - spots[0]) / (spots[1] - spots[0])).real < 0.92:
            sketch.line(spots[3], end, pen=Pen(dash="dashed"))
            sketch.right(end, spots[1] if abs(end - spots[1]) > 0.1 else spots[0], spots[3], 0.35)
            sketch.name((spots[3] + end) / 2, "$h$", 1 + 0j)
    elif kind < 0.65:
        middles = [(spots[n] + spots[(n + 1) % 4]) / 2 for n in range(4)]
        sketch.line(*middles, pen=taste.pen(0.6), close=True)
        for at in middles:
            if taste.names:
                name_corner(sketch, taste, at, at - middle)
    return sketch


def _tell(sketch: Sketch, taste: Taste, spots: list[complex], middle: complex) -> None:
    """Names, lengths, right angles, and marks of equal and parallel sides."""
    count = len(spots)
    lengths, corners_told, sides_told, marks = (
        [abs(spots[(n + 1) % count] - spots[n]) for n in range(count)],
        *(taste.chance(p) for p in (0.5, 0.4, 0.35)),
    )
    for n in range(count):
        a, b, before = spots[n], spots[(n + 1) % count], spots[n - 1]
        if taste.names:
            name_corner(sketch, taste, a, a - middle)
        degrees = math.degrees(cmath.phase((before - a) / (b - a))) % 360
        if corners_told and abs(degrees - 90) < 0.5 and taste.chance(0.6):
            sketch.right(a, b, before, 0.4)
        elif corners_told and degrees < 180 and taste.chance(0.35):
            sketch.angle(a, b, before, 0.8, 1, taste.pale(0.7))
            sketch.name(a, taste.angle(degrees), (b - a) / abs(b - a) + (before - a) / abs(before - a), 0.85)
        if sides_told and taste.chance(0.6):
            sketch.name((a + b) / 2, taste.length(lengths[n] * 6), (b - a) * -1j, 0.12)
        alike = [m for m in range(count) if abs(lengths[m] - lengths[n]) < 1e-6]
        if marks and 1 < len(alike):
            sketch.ticks(a, b, 1 if min(alike) == 0 else 2)


def regular(taste: Taste) -> Sketch:
    """A regular polygon or a star, with centre, radii, or the circle about it."""
    sketch, count = Sketch(taste.arcs), int(taste.rng.integers(5, 11)) if taste.chance(0.8) else 12
    first = 90.0 if taste.chance(0.6) else 90 + 180 / count
    spots = [rim(first + 360 * n / count) for n in range(count)]
    if pale := taste.pale():
        sketch.line(*spots, pen=Pen(True, colour=pale), close=True)
    if count == 5 and taste.chance(0.4):
        sketch.line(*(spots[n * 2 % 5] for n in range(5)), pen=taste.pen(), close=True)
    else:
        sketch.line(*spots, pen=taste.pen(), close=True)
    if taste.chance(0.35):
        sketch.circle(0j, 1.0, taste.aid())
    if taste.chance(0.4):
        sketch.dot(0j)
        sketch.name(0j, "$O$")
        pen = taste.aid()
        for n in range(count if taste.chance(0.3) else int(taste.rng.integers(1, 3))):
            sketch.line(0j, spots[n], pen=pen)
    if taste.names and count < 9:
        for spot in spots:
            name_corner(sketch, taste, spot, spot)
    return sketch


def freehand(taste: Taste) -> Sketch:
    """A polygon of many corners, such as an L, a T or stairs, with lengths at its sides; or any."""
    rng = taste.rng
    a, b = rng.uniform(0.3, 0.7, 2)
    shapes = ([0j, 1 + 0j, complex(1, b), complex(a, b), complex(a, 1), 1j],
              [a / 2 + 0j, 1 - a / 2 + 0j, complex(1 - a / 2, b), complex(1, b), 1 + 1j, 1j, complex(0, b), complex(a / 2, b)],
              [rim(turn) * rng.uniform(0.6, 1.1) for turn in spread(taste, int(rng.integers(5, 8)), 30)])  # fmt: skip
    sketch, spots = Sketch(taste.arcs), shapes[int(rng.integers(len(shapes)))]
    if pale := taste.pale():
        sketch.line(*spots, pen=Pen(True, colour=pale), close=True)
    sketch.line(*spots, pen=taste.pen(), close=True)
    _tell(sketch, taste, spots, sum(spots) / len(spots))
    return sketch


def crossing(taste: Taste) -> Sketch:
    """Two or three parallel lines cut by another, with angles; or lines through one point."""
    sketch = Sketch(taste.arcs)
    count = int(taste.rng.integers(2, 4)) if taste.chance(0.3) else 2
    tilt = cmath.exp(1j * math.radians(taste.rng.uniform(-20, 20) if taste.chance(0.4) else 0.0))
    slope = math.radians(taste.rng.uniform(42, 78) + (60 if taste.chance(0.3) else 0))
    arrow = "<->" if taste.chance(0.4) else ""
    spots = []
    for n in range(count):
        at = complex(n * 0.7 / math.tan(slope), n * 0.7)
        spots.append(at * tilt)
        a, b = (at - 1 - n * 0.7 / math.tan(slope) / 2) * tilt, (at + 1.2 - n * 0.7 / math.tan(slope) / 2) * tilt
        sketch.line(a, b, pen=taste.pen(0.3, arrow=arrow))
        if taste.chance(0.6):
            sketch.name(b, f"${'lmnabgk'[n]}$" if taste.chance(0.5) else f"$l_{n + 1}$", b - a)
        if not arrow and taste.chance(0.4):
            sketch.chevrons(spots[-1], b)
    reach = cmath.exp(1j * slope) * tilt * 0.55
    sketch.line(spots[0] - reach, spots[-1] + reach, pen=taste.pen(0.5, arrow=arrow))
    sketch.name(spots[-1] + reach, "$t$", reach)
    for at in spots:
        for k in range(4):
            p, q = ((tilt, reach, -tilt, -reach) * 2)[k : k + 2]
            if taste.chance(0.35):
                degrees = math.degrees(slope) if k % 2 == 0 else 180 - math.degrees(slope)
                sketch.angle(at, at + p, at + q, 0.7, 1, taste.pale(0.5))
                sketch.name(at, taste.angle(degrees), p / abs(p) + q / abs(q), 0.75)
        if taste.names and taste.chance(0.4):
            name_corner(sketch, taste, at, 0j)
    return sketch


def rays(taste: Taste) -> Sketch:
    """Rays from one point: an angle, neighbouring ones, a bisector."""
    sketch, count = Sketch(taste.arcs), int(taste.rng.integers(2, 5))
    first = taste.rng.uniform(0, 360) if taste.chance(0.4) else 0.0
    gaps = taste.rng.uniform(25, 80 if count > 2 else 130, count - 1)
    turns = [first, *(first + gaps.cumsum())]
    ends = [rim(turn) for turn in turns]
    arrow = "->" if taste.chance(0.5) else ""
    for n, end in enumerate(ends):
        sketch.line(0j, end, pen=taste.pen(0.4, arrow=arrow) if 0 < n < count - 1 or taste.chance(0.8) else taste.aid())
        if taste.names:
            name_corner(sketch, taste, end * 0.8 if arrow else end, end * (1j if turns[n] == max(turns) else -1j))
    for n in range(count - 1):
        radius = 0.9 + 0.3 * (n % 2)
        if abs(gaps[n] - 90) < 2 and taste.chance(0.8):
            sketch.right(0j, ends[n], ends[n + 1])
        else:
            sketch.angle(0j, ends[n], ends[n + 1], radius, 1, taste.pale(0.9))
            sketch.name(0j, taste.angle(gaps[n]), ends[n] + ends[n + 1], radius + 0.1)
    if taste.names:
        name_corner(sketch, taste, 0j, -sum(ends))
    return sketch


def collinear(taste: Taste) -> Sketch:
    """Points on a line or two, and segments between some more points."""
    sketch, rng = Sketch(taste.arcs), taste.rng
    taste.dots = True
    count = int(rng.integers(3, 7))
    spots = [complex(*rng.uniform(0, 1, 2) * (1.4, 1.0)) for _ in range(count)]
    spots = [p for n, p in enumerate(spots) if all(abs(p - q) > 0.22 for q in spots[:n])]
    used = set()
    for _ in range(int(rng.integers(2, 7))):
        a, b = (int(v) for v in rng.choice(len(spots), 2, replace=False)) if len(spots) > 1 else (0, 0)
        if a == b or (min(a, b), max(a, b)) in used:
            continue
        used.add((min(a, b), max(a, b)))
        p, q = spots[a], spots[b]
        over = (q - p) * 0.25 if taste.chance(0.35) else 0j
        sketch.line(p - over, q + over, pen=taste.pen(0.3) if taste.chance(0.7) else taste.aid())
    for n, p in enumerate(spots):
        name_corner(sketch, taste, p, 0j)
    if not sketch.paths:
        sketch.line(spots[0], spots[-1] if len(spots) > 1 else spots[0] + 1)
    return sketch


FIGURES = ((quadrilateral, 3.5), (regular, 1.2), (freehand, 0.8), (crossing, 1.3), (rays, 1.2), (collinear, 1.5))
