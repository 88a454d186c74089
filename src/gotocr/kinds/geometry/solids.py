"""Figures of solids in oblique view, with hidden edges dashed, and of trees and graphs."""

from __future__ import annotations

from ...draw.figure import Pen, Step
from .circles import rim, spread
from .sketch import Sketch
from .taste import Taste
from .triangles import name_corner

HIDDEN = Pen(dash="dashed")


def cuboid(taste: Taste) -> Sketch:
    """A cube or box seen from the front right or left, above."""
    sketch, rng = Sketch(taste.arcs), taste.rng
    wide, high = (1.0, 1.0) if taste.chance(0.5) else rng.uniform(0.5, 1.4, 2)
    depth = complex(*(rng.uniform(0.25, 0.55), rng.uniform(0.2, 0.45))) * 1.0
    front = [0j, complex(wide), complex(wide, high), complex(0, high)]
    back = [spot + depth for spot in front]
    if pale := taste.pale():
        sketch.line(*front, pen=Pen(True, colour=pale), close=True)
    pen = taste.pen(0.3)
    sketch.line(*front, pen=pen, close=True)
    sketch.line(front[3], back[3], back[2], back[1], front[1], pen=pen)
    sketch.line(front[2], back[2], pen=pen)
    if taste.chance(0.8):
        sketch.line(front[0], back[0], back[1], pen=HIDDEN)
        sketch.line(back[0], back[3], pen=HIDDEN)
    middle = sum(front + back) / 8
    if taste.names and taste.chance(0.7):
        for at in front + back:
            name_corner(sketch, taste, at, at - middle)
    if taste.chance(0.5):
        for a, b, side in ((front[0], front[1], -1j), (front[1], back[1], 1 - 1j), (front[0], front[3], -1 + 0j)):
            sketch.name((a + b) / 2, taste.length(), side, 0.12)
    if taste.chance(0.25):
        sketch.line(front[0], back[2], pen=taste.aid())
    return sketch


def pyramid(taste: Taste) -> Sketch:
    """A pyramid or prism on three or four corners."""
    sketch, rng = Sketch(taste.arcs), taste.rng
    pen = taste.pen(0.3)
    if taste.chance(0.6):
        base = (
            [0j, 1 + 0j, complex(1.4, 0.4), complex(0.4, 0.4)]
            if taste.chance(0.6)
            else [0j, complex(0.75, -0.3), complex(1.2, 0.15)]
        )
        top = sum(base) / len(base) + 1j * rng.uniform(0.8, 1.5)
        hidden = len(base) == 4
        if hidden:
            sketch.line(base[0], base[1], base[2], pen=pen)
            sketch.line(base[2], base[3], base[0], pen=HIDDEN)
            sketch.line(top, base[3], pen=HIDDEN)
        else:
            sketch.line(*base, pen=pen)
            sketch.line(base[0], base[2], pen=HIDDEN)
        for spot in base[:3]:
            sketch.line(top, spot, pen=pen)
        if taste.chance(0.5):
            foot = sum(base) / len(base)
            sketch.line(top, foot, pen=HIDDEN)
            sketch.name((top + foot) / 2, "$h$", 1 + 0j, 0.1)
        spots = [*base, top]
    else:
        high, base = 1j * rng.uniform(0.8, 1.6), [0j, complex(0.6, -0.3), complex(1.1, 0.2)]
        upper = [spot + high for spot in base]
        sketch.line(*upper, pen=pen, close=True)
        sketch.line(*base, pen=pen)
        sketch.line(base[0], base[2], pen=HIDDEN)
        for a, b in zip(base, upper, strict=True):
            sketch.line(a, b, pen=pen)
        spots = base + upper
    middle = sum(spots) / len(spots)
    if taste.names:
        for at in spots:
            name_corner(sketch, taste, at, at - middle)
    return sketch


def turned(taste: Taste) -> Sketch:
    """A cylinder, cone or ball."""
    sketch, rng = Sketch(taste.arcs), taste.rng
    r, flat, high = 1.0, float(rng.uniform(0.22, 0.35)), float(rng.uniform(1.2, 3.0))
    pen, kind = taste.pen(0.3), int(rng.integers(3))
    if kind == 2:
        sketch.circle(0j, r, pen)
        sketch.steps(-1 + 0j, [Step("arc", (180.0, 360.0, r, flat))], pen)
        sketch.steps(1 + 0j, [Step("arc", (0.0, 180.0, r, flat))], HIDDEN)
        sketch.dot(0j)
        sketch.name(0j, "$O$")
        if taste.chance(0.6):
            sketch.line(0j, 1 + 0j, pen=HIDDEN)
            sketch.name(0.5 + 0j, taste.length(letters="rR"), -1j, 0.1)
        return sketch
    sketch.steps(-1 + 0j, [Step("arc", (180.0, 360.0, r, flat))], pen)
    sketch.steps(1 + 0j, [Step("arc", (0.0, 180.0, r, flat))], HIDDEN)
    if kind == 0:
        sketch.shape(complex(0, high), "ellipse", r, flat, pen=pen)
        for side in (-1, 1):
            sketch.line(complex(side), complex(side, high), pen=pen)
    else:
        sketch.line(-1 + 0j, complex(0, high), 1 + 0j, pen=pen)
    if taste.chance(0.7):
        sketch.line(0j, 1 + 0j, pen=HIDDEN)
        sketch.name(0.5 + 0j, taste.length(letters="rR"), -1j, 0.08)
    if taste.chance(0.6):
        sketch.line(0j, complex(0, high), pen=HIDDEN)
        sketch.name(complex(0, high / 2), taste.length(letters="hH"), -1 + 0j, 0.1)
        if kind == 1 and taste.chance(0.5):
            sketch.right(0j, 1 + 0j, 1j, 0.3)
    return sketch


def _node(sketch: Sketch, taste: Taste, at: complex, size: float, text: str) -> None:
    if pale := taste.pale(0.8):
        sketch.circle(at, size, Pen(True, colour=pale))
    sketch.circle(at, size, taste.pen(0.3))
    sketch.name(at, text, distance=-1)


def _edge(sketch: Sketch, a: complex, b: complex, size: float, pen: Pen) -> tuple[complex, complex]:
    along = (b - a) / abs(b - a) * size
    sketch.line(a + along, b - along, pen=pen)
    return a + along, b - along


def tree(taste: Taste) -> Sketch:
    """A binary or wider tree with numbers or letters in its nodes."""
    sketch, rng = Sketch(taste.arcs), taste.rng
    circled, numbers = taste.chance(0.75), taste.chance(0.6)
    spots, edges, level = [(0j, 0)], [], [(0, 4.0)]
    for depth in range(int(rng.integers(1, 4))):
        following = []
        for parent, room in level:
            children = int(rng.integers(0, 3)) if depth else 2
            for k in range(children):
                at = spots[parent][0] + complex((k - (children - 1) / 2) * room / max(children, 1), -1.15)
                spots.append((at, depth + 1))
                edges.append((parent, len(spots) - 1))
                following.append((len(spots) - 1, room / 2))
        level = following
    size = 0.3 if circled else 0.22
    arrow = "->" if taste.chance(0.25) else ""
    for a, b in edges:
        _edge(sketch, spots[a][0], spots[b][0], size, Pen(arrow=arrow))
    for at, _ in spots:
        text = f"${int(rng.integers(1, 100))}$" if numbers else taste.point()
        if circled:
            _node(sketch, taste, at, size, text)
        else:
            sketch.name(at, text, distance=-1)
    return sketch


def graph(taste: Taste) -> Sketch:
    """Nodes with edges, directed or not, with weights or not."""
    sketch, rng = Sketch(taste.arcs), taste.rng
    count = int(rng.integers(3, 8))
    spots = (
        [rim(turn) * rng.uniform(0.75, 1.0) for turn in spread(taste, count, 34)]
        if taste.chance(0.6)
        else [rim(90 + 360 * n / count) for n in range(count)]
    )
    ringed, size = taste.chance(0.6), 0.14
    pairs = [(n, (n + 1) % count) for n in range(count)] if count > 2 else [(0, 1)]
    pairs += [tuple(int(v) for v in rng.choice(count, 2, replace=False)) for _ in range(int(rng.integers(0, 4)))]
    arrow, weighted, used = "->" if taste.chance(0.4) else "", taste.chance(0.4), set()
    for a, b in pairs:
        if (min(a, b), max(a, b)) in used or taste.chance(0.12):
            continue
        used.add((min(a, b), max(a, b)))
        _edge(sketch, spots[a], spots[b], size if ringed else 0.06 if arrow else 0.0, taste.pen(0.3, arrow=arrow))
        if weighted:
            sketch.name(
                (spots[a] + spots[b]) / 2,
                f"${int(rng.integers(1, 20))}$" if taste.chance(0.7) else f"$e_{len(used)}$",
                (spots[b] - spots[a]) * 1j,
                0.08,
            )
    for n, at in enumerate(spots):
        text = f"${n + 1}$" if taste.chance(0.3) else taste.point()
        if ringed:
            _node(sketch, taste, at, size, text)
        else:
            sketch.dot(at)
            if taste.names:
                sketch.name(at, text, at, 0.2)
    return sketch


FIGURES = ((cuboid, 1.0), (pyramid, 0.8), (turned, 1.0), (tree, 0.7), (graph, 1.3))
