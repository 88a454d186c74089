"""Figures of circles: radii, chords, tangents, angles at centre and rim, two circles, sectors, Venn diagrams, ellipses."""

from __future__ import annotations

import cmath
import math

from ...draw.figure import Pen, Step
from .sketch import Sketch, pair
from .taste import Taste
from .triangles import name_corner


def rim(degrees: float) -> complex:
    return cmath.exp(1j * math.radians(degrees))


def spread(taste: Taste, count: int, least: float = 25.0) -> list[float]:
    """So many directions in degrees, none nearer to another than `least`."""
    while True:
        turns = sorted(taste.rng.uniform(0, 360, count))
        if all((b - a) % 360 >= least for a, b in zip(turns, turns[1:] + turns[:1], strict=True)) or count == 1:
            return [float(turn) for turn in turns]


def _base(taste: Taste, share: float = 0.8) -> Sketch:
    sketch = Sketch(taste.arcs)
    if pale := taste.pale(0.4):
        sketch.circle(0j, 1.0, Pen(True, colour=pale))
    sketch.circle(0j, 1.0, taste.pen(0.5))
    if taste.chance(share):
        sketch.dot(0j)
        sketch.name(0j, taste.rng.choice(["$O$", "$M$", "$C$", "$O$"]))
    return sketch


def chords(taste: Taste) -> Sketch:
    """Points on a circle and lines between them, radii and a diameter."""
    sketch = _base(taste)
    turns = spread(taste, int(taste.rng.integers(2, 6)))
    spots = [rim(turn) for turn in turns]
    for spot in spots:
        if taste.names:
            name_corner(sketch, taste, spot, spot)
    kind = taste.rng.random()
    pen = taste.pen(0.5)
    if kind < 0.4 and len(spots) > 2:
        sketch.line(*spots, pen=pen, close=True)
    elif kind < 0.75:
        for n in range(len(spots) - 1):
            sketch.line(spots[n], spots[n + 1], pen=pen)
    for spot in spots:
        if taste.chance(0.35):
            sketch.line(0j, spot, pen=taste.pen(0.3))
            if taste.chance(0.4):
                sketch.name(spot / 2, taste.length(letters="rRr"), spot * 1j, 0.1)
    if taste.chance(0.25):
        sketch.line(-spots[0], spots[0], pen=taste.aid())
    return sketch


def rim_angles(taste: Taste) -> Sketch:
    """The angle at the centre and the one at the rim over the same chord."""
    sketch = _base(taste, 1.0)
    half = taste.rng.uniform(30, 75)
    base = taste.rng.choice([270.0, 270.0, 200.0, 330.0])
    a, b = rim(base - half), rim(base + half)
    c = rim(base + 180 + taste.rng.uniform(-50, 50))
    for at in (a, b, c):
        if taste.names:
            name_corner(sketch, taste, at, at)
    sketch.line(a, c, b)
    sketch.angle(c, a, b, 0.9, 1, taste.pale(0.6))
    if taste.chance(0.7):
        sketch.name(c, taste.angle(half), (a - c) / abs(a - c) + (b - c) / abs(b - c), 1.0)
    if taste.chance(0.8):
        sketch.line(a, 0j, b, pen=taste.pen(0.6))
        sketch.angle(0j, a, b, 0.7, 1, taste.pale(0.6))
        if taste.chance(0.6):
            sketch.name(0j, taste.angle(2 * half), a + b, 0.8)
    if taste.chance(0.3):
        sketch.line(a, b, pen=taste.aid())
    return sketch


def tangents(taste: Taste) -> Sketch:
    """The tangents from a point outside, or one at a point of the rim."""
    sketch = _base(taste, 1.0)
    turn = taste.rng.uniform(0, 360) if taste.chance(0.5) else 90.0 * int(taste.rng.integers(4))
    if taste.chance(0.4):
        at = rim(turn)
        reach = taste.rng.uniform(0.7, 1.6)
        sketch.line(at - at * 1j * reach, at + at * 1j * reach, pen=taste.pen(0.5))
        sketch.line(0j, at, pen=taste.aid())
        sketch.right(at, 0j, at + at * 1j, 0.4)
        if taste.names:
            name_corner(sketch, taste, at, at)
        return sketch
    away = taste.rng.uniform(1.6, 2.8)
    p, half = rim(turn) * away, math.degrees(math.acos(1 / away))
    a, b = rim(turn - half), rim(turn + half)
    sketch.line(a, p, b, pen=taste.pen(0.5))
    if taste.chance(0.6):
        pen = taste.aid()
        sketch.line(0j, a, pen=pen)
        sketch.line(0j, b, pen=pen)
        sketch.right(a, 0j, p, 0.35)
        sketch.right(b, 0j, p, 0.35)
    if taste.chance(0.4):
        sketch.line(0j, p, pen=taste.aid())
    if taste.chance(0.3):
        sketch.line(a, b, pen=taste.aid())
    for at, out in ((p, p), (a, a), (b, b)):
        if taste.names:
            name_corner(sketch, taste, at, out)
    return sketch


def two(taste: Taste) -> Sketch:
    """Two circles that touch, cross, lie apart or in each other."""
    sketch, r = Sketch(taste.arcs), float(taste.rng.uniform(0.45, 1.0))
    kind = int(taste.rng.integers(4))
    gap = (
        1 + r,
        taste.rng.uniform(abs(1 - r) + 0.3, 1 + r - 0.2),
        1 + r + taste.rng.uniform(0.2, 0.9),
        taste.rng.uniform(0, 0.4) * (1 - r),
    )[kind]
    turn = rim(taste.rng.uniform(-60, 60)) if taste.chance(0.4) else 1 + 0j
    c = turn * gap
    for at, radius in ((0j, 1.0), (c, r)):
        if pale := taste.pale(0.7):
            sketch.circle(at, radius, Pen(True, colour=pale))
    for at, radius in ((0j, 1.0), (c, r)):
        sketch.circle(at, radius, taste.pen(0.6))
        if (gap > 0.25 or radius == 1.0) and taste.chance(0.8):
            sketch.dot(at)
            if taste.names:
                sketch.name(at, f"$O_{1 if radius == 1.0 else 2}$")
    if gap > 0.25 and taste.chance(0.4):
        sketch.line(0j, c, pen=taste.aid())
    if kind == 1:
        x = (gap * gap + 1 - r * r) / (2 * gap)
        y = math.sqrt(max(0.0, 1 - x * x))
        ends = [turn * complex(x, y), turn * complex(x, -y)]
        if taste.chance(0.5):
            sketch.line(*ends, pen=taste.aid())
        for end, side in zip(ends, (1j, -1j), strict=True):
            if taste.names and taste.chance(0.8):
                name_corner(sketch, taste, end, turn * side)
    return sketch


def sector(taste: Taste) -> Sketch:
    """A sector or a segment of a circle, its angle and radius."""
    sketch = Sketch(taste.arcs)
    first, sweep = round(taste.rng.uniform(0, 360) if taste.chance(0.5) else 0.0), round(taste.rng.uniform(40, 300))
    a, b = rim(first), rim(first + sweep)
    arc = Step("arc", (first, first + sweep, 1.0, 1.0))
    pale = taste.pale(0.9)
    if pale:
        sketch.steps(0j, [Step("line", pair(a)), arc, Step("close")], Pen(True, colour=pale))
    if taste.chance(0.35):
        sketch.circle(0j, 1.0, taste.pen(0.4))
    else:
        sketch.steps(a, [arc], taste.pen(0.4))
    sketch.line(a, 0j, b)
    if taste.chance(0.6):
        sketch.angle(0j, a, b, 0.8)
        sketch.name(0j, taste.angle(sweep), rim(first + sweep / 2), 0.9)
    if taste.chance(0.6):
        sketch.name(a / 2, taste.length(letters="rR"), a * -1j, 0.1)
    for at in (a, b):
        if taste.names:
            name_corner(sketch, taste, at, at)
    if taste.names and taste.chance(0.7):
        name_corner(sketch, taste, 0j, -rim(first + sweep / 2) if sweep < 180 else 0j)
    return sketch


def venn(taste: Taste) -> Sketch:
    """Two or three sets, in a frame or not, with names or numbers."""
    sketch, count = Sketch(taste.arcs), 2 if taste.chance(0.6) else 3
    centres = [rim(180 * n) * 0.6 for n in range(2)] if count == 2 else [rim(90 + 120 * n) * 0.62 for n in range(3)]
    for centre in centres:
        if pale := taste.pale(0.7):
            sketch.circle(centre, 1.0, Pen(True, colour=pale))
    for n, centre in enumerate(centres):
        sketch.circle(centre, 1.0, taste.pen(0.5))
        sketch.name(
            centre * 1.75 if count == 3 else centre * 1.5,
            ["$A$", "$B$", "$C$"][n] if taste.chance(0.8) else str(int(taste.rng.integers(1, 60))),
            distance=-1,
        )
    if taste.chance(0.5):
        sketch.name(0j, str(int(taste.rng.integers(1, 30))), distance=-1)
    if taste.chance(0.4):
        sketch.shape(complex(-2.1, -1.9), "rectangle", 2.1, 1.9)
        sketch.name(complex(-1.8, 1.6), "$U$", distance=-1)
    return sketch


def ellipse(taste: Taste) -> Sketch:
    """An ellipse with axes, foci and a point."""
    sketch, b = Sketch(taste.arcs), float(taste.rng.uniform(0.4, 0.8))
    sketch.shape(0j, "ellipse", 1.0, b, pen=taste.pen(0.5))
    focus = math.sqrt(1 - b * b)
    if taste.chance(0.7):
        sketch.line(-1 + 0j, 1 + 0j, pen=taste.aid())
        sketch.line(complex(0, -b), complex(0, b), pen=taste.aid())
    for side, name in ((-1, "$F_1$"), (1, "$F_2$")):
        sketch.dot(complex(side * focus))
        sketch.name(complex(side * focus), name, -1j)
    if taste.chance(0.6):
        turn = math.radians(taste.rng.uniform(20, 160))
        p = complex(math.cos(turn), b * math.sin(turn))
        sketch.line(complex(-focus), p, complex(focus), pen=taste.pen(0.5))
        name_corner(sketch, taste, p, p)
    return sketch


FIGURES = ((chords, 2.5), (rim_angles, 1.5), (tangents, 1.5), (two, 1.2), (sector, 1.2), (venn, 0.8), (ellipse, 0.6))
