"""Figures of triangles and their lines: heights, medians, bisectors, parallels, similar ones, circles in and about them."""

from __future__ import annotations

import cmath
import math

from ...draw.figure import Pen
from .sketch import Sketch
from .taste import Taste

Triangle = tuple[complex, complex, complex]


def corners(taste: Taste) -> Triangle:
    """A triangle, counterclockwise, of no too small angle: any, isosceles, equilateral or right, often with a level base."""
    rng, kind = taste.rng, taste.rng.random()
    if kind < 0.2:  # right angle at the third corner or at the first
        legs = rng.uniform(0.5, 1.6, 2)
        spots = (0j, complex(legs[0]), complex(0, legs[1]))
    elif kind < 0.36:
        spots = (0j, 1 + 0j, complex(0.5, rng.uniform(0.4, 1.7)))
    elif kind < 0.44:
        spots = (0j, 1 + 0j, complex(0.5, math.sqrt(3) / 2))
    else:
        while True:
            spots = (0j, 1 + 0j, complex(rng.uniform(-0.4, 1.4), rng.uniform(0.3, 1.3)))
            if min(abs(angle(spots, n)) for n in range(3)) > 22:
                break
    if taste.chance(0.35):
        turn = cmath.exp(1j * rng.uniform(0, 2 * math.pi)) if taste.chance(0.6) else 1j ** int(rng.integers(4))
        spots = tuple(spot * turn for spot in spots)
    return spots  # type: ignore[return-value]


def angle(spots: Triangle, n: int) -> float:
    """Degrees at corner `n`."""
    a, b, c = spots[n], spots[(n + 1) % 3], spots[(n + 2) % 3]
    return math.degrees(cmath.phase((c - a) / (b - a))) % 360


def foot(p: complex, a: complex, b: complex) -> complex:
    """The point of the line a b next to `p`."""
    along = b - a
    return a + along * ((p - a) * along.conjugate()).real / abs(along) ** 2


def meet(a: complex, b: complex, c: complex, d: complex) -> complex:
    """Where the lines a b and c d meet; between b and d where they do not."""
    u, v = b - a, d - c
    cross = (u.conjugate() * v).imag
    return a + u * (((c - a).conjugate() * v).imag / cross) if abs(cross) > 1e-9 else (b + d) / 2


def circumcentre(spots: Triangle) -> complex:
    a, b, c = spots
    return meet((a + b) / 2, (a + b) / 2 + (b - a) * 1j, (b + c) / 2, (b + c) / 2 + (c - b) * 1j)


def incentre(spots: Triangle) -> complex:
    a, b, c = spots
    sides = (abs(b - c), abs(c - a), abs(a - b))
    return (a * sides[0] + b * sides[1] + c * sides[2]) / sum(sides)


def plain(taste: Taste) -> Sketch:
    """A triangle with names, sides, angles and marks."""
    sketch, spots = Sketch(taste.arcs), corners(taste)
    dress(sketch, taste, spots)
    return sketch


def dress(sketch: Sketch, taste: Taste, spots: Triangle, busy: float = 0.5) -> None:
    """Draw a triangle and, the more `busy` the more, what is told of it."""
    middle = sum(spots) / 3
    pen = taste.pen(thick=taste.chance(0.12))
    if pale := taste.pale():
        sketch.line(*spots, pen=Pen(True, colour=pale), close=True)
    sketch.line(*spots, pen=pen, close=True)
    mark_angles(sketch, taste, spots, busy)
    isosceles = len({round(abs(spots[n] - spots[n - 1]), 3) for n in range(3)}) < 3
    lengths, told = [abs(spots[(n + 1) % 3] - spots[n]) for n in range(3)], taste.chance(busy)
    for n in range(3):
        a, b = spots[n], spots[(n + 1) % 3]
        if taste.names:
            name_corner(sketch, taste, a, a - middle)
        if told and taste.chance(0.75):
            sketch.name(
                (a + b) / 2,
                taste.length(lengths[n] * 5),
                ((a + b) / 2 - foot(middle, a, b)) * 1e-9 + (foot(middle, a, b) - middle),
                0.12,
            )
        same = sum(abs(lengths[n] - other) < 1e-6 for other in lengths)
        if isosceles and same > 1 and taste.chance(0.7):
            sketch.ticks(a, b)


def name_corner(sketch: Sketch, taste: Taste, at: complex, outwards: complex) -> None:
    sketch.name(at, taste.point(), outwards, 0.22 if taste.dots or taste.crosses else 0.14)
    if taste.crosses:
        sketch.name(at, "$\\times$", distance=-1)
    elif taste.dots:
        sketch.dot(at)


def mark_angles(sketch: Sketch, taste: Taste, spots: Triangle, busy: float) -> None:
    for n in range(3):
        a, b, c = spots[n], spots[(n + 1) % 3], spots[(n + 2) % 3]
        degrees = angle(spots, n)
        if abs(degrees - 90) < 0.5 and taste.chance(0.85):
            sketch.right(a, b, c)
        elif taste.chance(busy):
            radius = 0.7 if degrees > 60 else 1.0 if degrees > 35 else 1.4
            count = 1 if taste.chance(0.85) else 2
            sketch.angle(a, b, c, radius, count, taste.pale(0.7))
            if taste.chance(0.75):
                inwards = (b - a) / abs(b - a) + (c - a) / abs(c - a)
                sketch.name(a, taste.angle(degrees), inwards, radius + 0.1 + 0.2 * (count - 1))


def heights(taste: Taste) -> Sketch:
    """A triangle with one to three lines from its corners, and where they meet."""
    sketch, spots = Sketch(taste.arcs), corners(taste)
    dress(sketch, taste, spots, 0.2)
    kind, pen = int(taste.rng.integers(3)), taste.aid()
    which = [int(taste.rng.integers(3))] if taste.chance(0.6) else [0, 1, 2]
    ends = []
    for n in which:
        a, b, c = spots[n], spots[(n + 1) % 3], spots[(n + 2) % 3]
        if kind == 0:
            end = foot(a, b, c)
            if not 0.02 < ((end - b) / (c - b)).real < 0.98:
                sketch.line(end, b if abs(end - b) < abs(end - c) else c, pen=Pen(dash="dashed"))
            sketch.right(end, a, b if abs(end - b) > abs(end - c) else c, 0.35)
        elif kind == 1:
            end = (b + c) / 2
            if taste.chance(0.6):
                sketch.ticks(b, end, n % 3 + 1)
                sketch.ticks(end, c, n % 3 + 1)
        else:
            end = meet(a, incentre(spots), b, c)
            if taste.chance(0.6):
                sketch.angle(a, b, end, 0.9)
                sketch.angle(a, end, c, 0.75)
        sketch.line(a, end, pen=pen)
        ends.append((a, end))
        if taste.names and abs(end - a) > 0.1:
            name_corner(sketch, taste, end, end - a)
        if len(which) == 1 and taste.chance(0.4):
            sketch.name((a + end) / 2, taste.length(letters="hmwd"), (end - a) * 1j, 0.1)
    if len(which) == 3 and taste.chance(0.8):
        common = meet(*ends[0], *ends[1])
        sketch.dot(common)
        sketch.name(common, taste.rng.choice(["$H$", "$G$", "$I$", "$S$", "$O$"]))
    return sketch


def circled(taste: Taste) -> Sketch:
    """A triangle with the circle through its corners, within its sides, or both."""
    sketch, spots = Sketch(taste.arcs), corners(taste)
    kind = taste.rng.random()
    dress(sketch, taste, spots, 0.15)
    if kind < 0.6:
        centre = circumcentre(spots)
        if abs(centre - spots[0]) > 2.2 * max(abs(spots[0] - spots[1]), abs(spots[1] - spots[2])):
            return sketch
        sketch.circle(centre, abs(centre - spots[0]), taste.pen(0.4))
        if taste.chance(0.7):
            sketch.dot(centre)
            sketch.name(centre, taste.rng.choice(["$O$", "$M$", "$O$"]))
        if taste.chance(0.45):
            pen = taste.aid()
            for spot in spots[: int(taste.rng.integers(1, 4))]:
                sketch.line(centre, spot, pen=pen)
    if kind > 0.5:
        centre = incentre(spots)
        touch = [foot(centre, spots[n], spots[(n + 1) % 3]) for n in range(3)]
        sketch.circle(centre, abs(centre - touch[0]), taste.pen(0.4))
        if taste.chance(0.6):
            sketch.dot(centre)
            sketch.name(centre, "$I$")
        if taste.chance(0.5):
            pen = taste.aid()
            for n, spot in enumerate(touch):
                sketch.line(centre, spot, pen=pen)
                if taste.chance(0.5):
                    sketch.right(spot, centre, spots[n], 0.3)
    return sketch


def parallels(taste: Taste) -> Sketch:
    """A triangle cut by a line parallel to a side, or two similar ones on the same corner."""
    sketch, (a, b, c) = Sketch(taste.arcs), corners(taste)
    share = taste.rng.uniform(0.35, 0.75)
    d, e = a + (b - a) * share, a + (c - a) * share
    dress(sketch, taste, (a, b, c), 0.15)
    sketch.line(d, e, pen=taste.pen(0.5))
    if taste.names:
        name_corner(sketch, taste, d, (b - a) * -1j)
        name_corner(sketch, taste, e, (c - a) * 1j)
    if taste.chance(0.5):
        sketch.chevrons(b, c)
        sketch.chevrons(d, e)
    for p, q, side in ((a, d, -1j), (d, b, -1j), (a, e, 1j), (e, c, 1j)):
        if taste.chance(0.4):
            sketch.name((p + q) / 2, taste.length(), (q - p) * side, 0.1)
    return sketch


def chain(taste: Taste) -> Sketch:
    """A right triangle with its height, or with squares on its sides."""
    legs = taste.rng.uniform(0.6, 1.5, 2)
    a, b, c = 0j, complex(legs[0]), complex(0, legs[1])
    sketch = Sketch(taste.arcs)
    if taste.chance(0.5):
        dress(sketch, taste, (a, b, c), 0.4)
        d = foot(a, b, c)
        sketch.line(a, d, pen=taste.aid())
        sketch.right(d, a, b, 0.35)
        if taste.names:
            name_corner(sketch, taste, d, d - a)
        return sketch
    for p, q in ((b, a), (c, b), (a, c)):
        out = (q - p) * 1j
        square = (p, q, q + out, p + out)
        if pale := taste.pale():
            sketch.line(*square, pen=Pen(True, colour=pale), close=True)
        sketch.line(*square, close=True)
        if taste.chance(0.7):
            sketch.name(sum(square) / 4, f"${taste.rng.choice(list('abc'))}^2$", distance=-1)
    sketch.right(a, b, c, 0.35)
    for n, p in enumerate((a, b, c)):
        if taste.names and n != 0:
            name_corner(sketch, taste, p, 0j)
    return sketch


FIGURES = ((plain, 4.0), (heights, 3.0), (circled, 2.0), (parallels, 1.5), (chain, 1.0))
